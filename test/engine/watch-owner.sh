#!/bin/sh
# usage: watch-owner.sh FOLDER
#
# Standard input is a pipe that only the engine's owner holds. It ends when the owner closes it or dies,
# of whatever cause; then the engine goes.
trap '' HUP INT TERM
cat > /dev/null
exec sh "${0%/*}/remove-engine.sh" "$1"
