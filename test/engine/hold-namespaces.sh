#!/bin/sh
# usage: hold-namespaces.sh FOLDER CGROUP_PROCS isolated|shared LIBRARIES      (inside unshare --mount [--net])
#
# Prepares the namespaces of one private engine, prints "ready", and keeps them for as long as it lives,
# so that a daemon may come and go in them. All it mounts vanishes with it.
set -e
folder=$1

echo 0 > "$2"

# Old daemons and containerd write to fixed places whatever their flags say: /run/containerd/s,
# /etc/docker/key.json, /opt/containerd. Here these are the engine's own.
mount -n -t tmpfs -o mode=0755 tmpfs /run
for place in etc opt; do
  mkdir -p "/run/over/$place/upper" "/run/over/$place/work"
  mount -n -t overlay -o "lowerdir=/$place,upperdir=/run/over/$place/upper,workdir=/run/over/$place/work" \
    overlay "/$place" || true
done

# dockerd 20.10 runs itself again as a hook of runc, with an empty environment: LD_LIBRARY_PATH would be
# lost. What the host has comes first.
if [ -n "$4" ]; then
  target=/lib/${4##*/}
  mount -n -t overlay -o "ro,lowerdir=$target:$4" overlay "$target"
fi

# In memory: a daemon syncs its databases at every step, and the images of tests are small.
mount -n -t tmpfs -o mode=0711 tmpfs "$folder/data"

if [ "$3" = isolated ]; then
  ip link set lo up
  echo 1 > /proc/sys/net/ipv4/ip_forward
fi

echo ready
exec sleep infinity
