#!/bin/sh
# usage: remove-engine.sh FOLDER
#
# Ends every process of one private engine (daemon, containerd, shims, containers, commands run in it),
# which takes its mounts and network namespace along, then removes its cgroups and its folder.
#
# A shell script, because it has to work when the Node process that started the engine is gone. Harmless
# when run twice, or twice at once.
folder=$1
name=${folder##*/}

# A cgroup of this name in every hierarchy, of either version, that is in use.
groups() {
  for group in "/sys/fs/cgroup/fairlead-test-$name" /sys/fs/cgroup/*/"fairlead-test-$name"; do
    [ -d "$group" ] && echo "$group"
  done
}

processes() {
  groups | while read -r group; do find "$group" -name cgroup.procs -exec cat {} + 2> /dev/null; done
}

# A paused container on cgroup v1 sees no signal before it thaws.
end_processes() {
  groups | while read -r group; do
    find "$group" -name freezer.state -exec sh -c 'for state; do echo THAWED > "$state"; done' - {} + 2> /dev/null
    [ -e "$group/cgroup.kill" ] && echo 1 > "$group/cgroup.kill"
  done
  # shellcheck disable=SC2046 # one argument a process is what is wanted
  kill -9 $(processes | sort -u) 2> /dev/null
}

rounds=0
while [ -n "$(processes)" ] && [ "$rounds" -lt 500 ]; do
  end_processes
  rounds=$((rounds + 1))
  sleep 0.01
done

# An engine that shares its starter's network namespace leaves its bridges there.
if [ -s "$folder/shared-prefix" ]; then
  ip -o -4 address show | while read -r _ bridge _ address _; do
    case $address in "$(cat "$folder/shared-prefix")"*) ip link delete "$bridge" ;; esac
  done
fi

# A cgroup stays busy for a moment after its last process is gone.
rounds=0
while [ -n "$(groups)" ] && [ "$rounds" -lt 500 ]; do
  groups | while read -r group; do find "$group" -depth -type d -exec rmdir {} + 2> /dev/null; done
  rounds=$((rounds + 1))
  [ -n "$(groups)" ] && sleep 0.01
done

rm -rf "$folder"
