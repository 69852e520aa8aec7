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

# save_when_over OUT: saves the run by keyboard, again and again until its file says that it is over.
save_when_over() {
  local out=$1
  for _ in $(seq 1 60); do
    sleep 1
    rm -rf "$out"
    key ctrl+s
    sleep 0.6
    key ctrl+a
    xdotool type --delay 12 "$out"
    key Return
    for _ in $(seq 1 20); do [ -s "$out/summary.json" ] && break; sleep 0.2; done
    grep -q '"status": "completed"' "$out/summary.json" 2>/dev/null && return
  done
  echo "the run was not over: $out" >&2
  exit 1
}

# Closes the window; nothing unsaved is left in it.
close_window() {
  key ctrl+q
  for _ in $(seq 1 50); do kill -0 "$app" 2>/dev/null || return 0; sleep 0.2; done
  echo 'the window did not close' >&2
  exit 1
}

click() { xdotool mousemove "$1" "$2" click 1; sleep 0.7; }
