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
# crun refuses hosts that have both versions of cgroups.
if [ -d sys/fs/cgroup/unified ]; then umount -n -l sys/fs/cgroup/unified; fi
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
