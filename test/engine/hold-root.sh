#!/bin/sh
# usage: hold-root.sh FOLDER CGROUP_PROCS ROOT      (inside unshare --mount --net)
#
# As hold-namespaces.sh, for an engine that brings a whole file system: in these namespaces ROOT is the root,
# with a layer in memory over it.
set -e
folder=$1
lower=$3

echo 0 > "$2"

mount -n -t tmpfs -o mode=0711 tmpfs "$folder/data"
cd "$folder/data"
mkdir upper work root
mount -n -t overlay -o "lowerdir=$lower,upperdir=$PWD/upper,workdir=$PWD/work" overlay root
cd root
mkdir -p ".$folder"

for place in proc sys dev; do mount -n --rbind "/$place" "$place"; done
# Containers have control groups named after them: below the engine's, as its end is by them. Podman makes its own
# below the root, whatever it is told, so what is the root there is the engine's.
group=fairlead-test-${folder##*/}
if [ -e sys/fs/cgroup/cgroup.procs ]; then
  for controller in $(cat sys/fs/cgroup/cgroup.controllers); do
    for parent in sys/fs/cgroup "sys/fs/cgroup/$group"; do
      echo "+$controller" > "$parent/cgroup.subtree_control" || true
    done
  done
  mount -n --bind "sys/fs/cgroup/$group" sys/fs/cgroup
else
  # crun refuses hosts that have both versions of cgroups.
  if [ -d sys/fs/cgroup/unified ]; then umount -n -l sys/fs/cgroup/unified; fi
  for hierarchy in sys/fs/cgroup/*; do
    if [ ! -e "$hierarchy/cgroup.procs" ] || [ -L "$hierarchy" ]; then continue; fi
    mkdir -p "$hierarchy/$group"
    # Nobody can be in one without processors and memory.
    for setting in cpuset.cpus cpuset.mems; do
      if [ -e "$hierarchy/$setting" ]; then cat "$hierarchy/$setting" > "$hierarchy/$group/$setting"; fi
    done
    mount -n --bind "$hierarchy/$group" "$hierarchy"
  done
fi
mount -n -t tmpfs -o mode=0755 tmpfs run
# Podman's layers cannot lie on an overlay.
mount -n -t tmpfs -o mode=0711 tmpfs var/lib/containers
mount -n --bind "$folder" ".$folder"

ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward

pivot_root . host
umount -l /host

echo ready
exec sleep infinity
