# Sourced by what drives a real window: open_window AMMON SCENARIO starts it under Xvfb, in a home of its own, and waits for it.
home=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$home"' EXIT

open_window() {
  local number display
  exec {number}<> <(:)
  Xvfb -displayfd "$number" -screen 0 1280x800x24 >/dev/null 2>&1 &
  read -r -t 20 -u "$number" display
  export DISPLAY=:$display XDG_DATA_HOME=$home XDG_CONFIG_HOME=$home TMPDIR=$home LIBGL_ALWAYS_SOFTWARE=1
  unset WAYLAND_DISPLAY
  "$1" open "$2" &
  app=$!
  window=$(timeout 60 xdotool search --sync --onlyvisible --name '^Ammon$' | head -n 1)
  sleep 2
  xdotool windowfocus "$window"
}

key() { xdotool key --delay 60 "$@"; }
