/**
 * The metric of a route via a warp: it keeps 24 bits of the container's ID in the kernel, so that a later run can
 * tell whose address the gateway was when nobody declares the route any more. Never 0, which the kernel takes for
 * "none given", and always before the backstop.
 */
export function warpMetric(containerId: string): number {
  return 1 + Number.parseInt(containerId.slice(0, 6), 16);
}
