#!/bin/sh
# What `make demo` shows: the main job against `imgshare sandbox`, as its user sees it.
golden=c26a7205-6924-55d2-a1a9-c6d6caeb44f2
windows=3c45ee06-9672-5e73-9531-1da2b8fb7900
platform=26407f07725950ca9b3f6f08141e8c86

run() {
    printf '\n$ %s\n' "$1"
    sh -c "$1"
    code=$?
    [ "$code" = 0 ] || printf '(exit code %s)\n' "$code"
}

command -v jq >/dev/null && reader='jq -r .status' || reader="python3 -c 'import json, sys; print(json.load(sys.stdin)[\"status\"])'"

run "imgshare list"
run "imgshare accept golden-debian-12 --owner $platform"
run "imgshare reject $windows"
run "imgshare accept 00000000-0000-4000-8000-000000000000"
run "imgshare show $golden --json | $reader"
run "imgshare list --status all --name 'golden-*' --sort name"
run "imgshare status"
run "imgshare log"
