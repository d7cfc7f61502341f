import { setMaxListeners } from 'node:events';

/**
 * Work with a signal of its own that fires with the parent's, and once the work is over. Not `AbortSignal.any`: a
 * parent that lives for months would keep all its children.
 */
export async function withChildSignal<T>(
  parent: AbortSignal,
  work: (child: AbortSignal) => Promise<T>,
): Promise<T> {
  const child = new AbortController();
  // A pass reads many namespaces at once, each with a listener: Node takes more than ten for a leak, and says so.
  setMaxListeners(0, child.signal);
  const end = (): void => child.abort();
  if (parent.aborted) end();
  else parent.addEventListener('abort', end, { once: true });
  try {
    return await work(child.signal);
  } finally {
    parent.removeEventListener('abort', end);
    end();
  }
}
