#!/bin/sh
# usage: boot-systemd.sh ROOT FOLDER CACHE NODE      (in the namespaces of a private engine)
#
# Boots the Debian that is unpacked in ROOT, with FOLDER/installed over it, as the machine of a private engine: systemd
# is the first process of a PID namespace, with mounts, control groups and a host name of its own, in the engine's network.
# What it writes is kept beside the engine's data, so that the next boot finds it; /run and /tmp begin empty.
#
# Nothing of the machine it runs on can be changed from in there: /proc/sys is read-only but for the network's, and /dev
# has the harmless devices only.
set -e
root=$1 folder=$2 cache=$3 node=$4
name=fairlead-test-${folder##*/}
kept=/run/systemd-host

if [ "$$" != 1 ]; then
  # A control group in every hierarchy, not only in the one that ends the engine: it is all that systemd and the engine
  # see of them. In version 2 no controllers are passed on to it: nothing here has limits.
  hierarchies=/sys/fs/cgroup
  [ -e /sys/fs/cgroup/cgroup.procs ] || hierarchies=$(echo /sys/fs/cgroup/*)
  for hierarchy in $hierarchies; do
    [ -f "$hierarchy/cgroup.procs" ] && [ ! -L "$hierarchy" ] || continue
    mkdir -p "$hierarchy/$name/systemd"
    # In version 1 nobody can be in a group that has no processors and no memory, as new ones have none.
    for file in cpuset.cpus cpuset.mems; do
      [ -e "$hierarchy/cpuset.sched_relax_domain_level" ] || continue
      cat "$hierarchy/$file" > "$hierarchy/$name/$file"
      cat "$hierarchy/$file" > "$hierarchy/$name/systemd/$file"
    done
    echo 0 > "$hierarchy/$name/systemd/cgroup.procs"
  done
  exec unshare --pid --fork --kill-child --mount --cgroup --uts --ipc sh "$0" "$@"
fi

mkdir -p "$kept/upper" "$kept/work" "$kept/root"
cd "$kept/root"
mount -n -t overlay -o "lowerdir=$folder/installed:$root,upperdir=$kept/upper,workdir=$kept/work" overlay .
cd "$kept/root"

mount -n -t proc proc proc
echo fairlead-test > proc/sys/kernel/hostname
mount -n --bind proc/sys proc/sys
mount -n --bind proc/sys/net proc/sys/net
mount -n -o remount,bind,ro proc/sys
[ ! -e proc/sysrq-trigger ] || mount -n --bind /dev/null proc/sysrq-trigger

# The hierarchies that the machine has, seen from the groups above.
mount -n -t sysfs sysfs sys
if [ -e /sys/fs/cgroup/cgroup.procs ]; then
  mount -n -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -n -t tmpfs -o mode=0755 tmpfs sys/fs/cgroup
  while read -r _ target type options _; do
    case $type:$target in cgroup*:/sys/fs/cgroup/*) ;; *) continue ;; esac
    mkdir "sys/fs/cgroup/${target##*/}"
    mount -n -t "$type" -o "$options" "$type" "sys/fs/cgroup/${target##*/}"
  done < /proc/self/mounts
fi

mount -n -t tmpfs -o mode=0755 tmpfs dev
for device in null zero full random urandom tty; do
  : > "dev/$device"
  mount -n --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -n -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd

mount -n -t tmpfs -o mode=0755 tmpfs run
mount -n -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p ".$folder" ".$cache"
mount -n --rbind "$folder" ".$folder"
mount -n --bind "$cache" ".$cache"
: > usr/bin/node
mount -n --bind "$node" usr/bin/node

mkdir -p mnt
pivot_root . mnt
exec env -i container=fairlead-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  sh -c 'umount -n -l /mnt && exec /usr/lib/systemd/systemd --system --show-status=no' < /dev/null
