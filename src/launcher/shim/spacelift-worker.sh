#!/bin/sh
# What the worker container runs, as its PID 1, in any image that has a POSIX sh with cat, mv and sleep. Runs the steps
# that `init` laid into the exchange folder; the relay reads their output and exit codes from there. setsid and mkfifo
# are not needed; setsid is used where it exists, to reach what a step leaves behind.
# The names of its own variables begin with wp_, because the steps' environment is loaded into the same shell.
set -u
umask 022
wp_exchange=${1:-/opt/spacelift/exchange}
wp_pause=${2:-1} # seconds between two looks, of which each counts as one second
wp_last_words=${3:-/dev/termination-log}

refuse() { # CODE SENTENCE: the relay knows nothing of this container yet, so that the kubelet has to tell
  echo "spacelift-worker: $2" >&2
  [ ! -w "$wp_last_words" ] || printf '%s\n' "$2" >"$wp_last_words"
  exit "$1"
}

cd "$wp_exchange" || refuse 64 "The folder $wp_exchange is missing: is the volume mounted in the worker container?"
for wp_tool in cat mv sleep; do
  command -v "$wp_tool" >/dev/null ||
    refuse 64 "The runner image has no '$wp_tool'. It needs a POSIX sh with cat, mv and sleep."
done

wp_stopped='' wp_pid='' wp_group='' wp_targets='' wp_killer='' wp_interrupted='' wp_step=0
wp_grace=${WORKER_POOLS_STOP_GRACE_SECONDS:-30}
case $wp_grace in '' | *[!0-9]*) wp_grace=30 ;; esac

put() { # FILE TEXT: whole or not at all, because the relay may read at any moment
  printf '%s\n' "$2" >"$1.tmp" && mv "$1.tmp" "$1"
}

first_line() { # FILE: sets wp_line to it, or to nothing
  wp_line=
  [ ! -r "$1" ] || read -r wp_line <"$1"
} 2>/dev/null

# SIGTERM goes to the tool and not to what the tool started: OpenTofu stops its providers itself, after their last
# write, and a provider that got the signal too would lose it. Shells around the tool get it first, so that they do not go
# on to their next command.
terminate() {
  wp_stopped=1 wp_interrupted=1
  [ -n "$wp_pid" ] || return 0
  wp_targets=
  set -- "$wp_pid"
  while [ "$#" -gt 0 ]; do
    wp_targets="$wp_targets $1"
    first_line "/proc/$1/comm"
    case $wp_line in sh | dash | bash | ash | busybox | ksh | zsh)
      if [ -r "/proc/$1/task/$1/children" ]; then
        first_line "/proc/$1/task/$1/children"
        # shellcheck disable=SC2086 # a list of process ids
        set -- "$@" $wp_line
      else
        wp_targets="$wp_targets $wp_group"
      fi
      ;;
    esac
    shift
  done
  # shellcheck disable=SC2086
  kill -TERM $wp_targets 2>/dev/null
  [ -n "$wp_killer" ] || { kill_later & } 9>&-
  wp_killer=1
}

kill_later() {
  trap '' TERM INT
  wp_left=$wp_grace
  while [ "$wp_left" -gt 0 ] && [ ! -e "step-$wp_step.exit" ]; do
    sleep "$wp_pause"
    wp_left=$((wp_left - 1))
  done
  [ ! -e "step-$wp_step.exit" ] || return 0
  echo "spacelift-worker: the step did not stop within $wp_grace seconds and is killed." >&2
  # shellcheck disable=SC2086
  kill -KILL $wp_group $wp_targets 2>/dev/null
}

# The helpers below end with this shell, which is not always the end of all processes (shareProcessNamespace).
watch_stop() {
  trap '' TERM INT
  while [ ! -e worker-done ] && kill -0 $$ 2>/dev/null; do
    if [ -e stop ]; then
      kill -TERM $$ 2>/dev/null
      return 0
    fi
    sleep "$wp_pause"
  done
}

# Shows the output in the container's own log as well, one step after the other.
mirror() { # STREAM
  trap '' TERM INT
  wp_shown=1
  while kill -0 $$ 2>/dev/null; do
    if [ -e "step-$wp_shown.$1" ]; then
      exec 3<"step-$wp_shown.$1"
      while [ ! -e "step-$wp_shown.exit" ] && kill -0 $$ 2>/dev/null; do
        cat <&3
        sleep "$wp_pause"
      done
      cat <&3
      wp_shown=$((wp_shown + 1))
    elif [ -e worker-done ]; then
      return 0
    else
      sleep "$wp_pause"
    fi
  done
}

# How often the kernel killed a process of this container for want of memory; nothing where it does not say.
oom_kills() {
  wp_kills=
  for wp_file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$wp_file" ] || continue
    while read -r wp_key wp_value; do
      [ "$wp_key" != oom_kill ] || wp_kills=$wp_value
    done <"$wp_file"
  done
} 2>/dev/null

hand_on_settings() {
  for wp_name in SPACELIFT_LAUNCHER_RUN_TIMEOUT SPACELIFT_LAUNCHER_LOGS_TIMEOUT SPACELIFT_MASK_ENVS SPACELIFT_DEBUG \
    SPACELIFT_RUN_LOGS_ON_STANDARD_OUTPUT_ENABLED; do
    eval "wp_value=\${$wp_name-}"
    [ -z "$wp_value" ] || put "setting-$wp_name" "$wp_value"
  done
  wp_masked=
  set -f
  IFS=', '
  for wp_name in ${SPACELIFT_MASK_ENVS-}; do
    case $wp_name in '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
    eval "wp_value=\${$wp_name-}"
    [ -z "$wp_value" ] || { put "mask-$wp_name" "$wp_value" && wp_masked=1; }
  done
  unset IFS
  set +f
}

run_step() {
  put "step-$wp_step.started" now
  : >"step-$wp_step.stdout"
  : >"step-$wp_step.stderr"
  oom_kills
  wp_before=$wp_kills
  wp_command=$(cat "step-$wp_step.command")
  wp_killer='' wp_targets='' wp_code=''
  # shellcheck disable=SC2086 # setsid or nothing
  (cd "$wp_directory" && exec $wp_setsid sh -c "$wp_command") \
    </dev/null >>"step-$wp_step.stdout" 2>>"step-$wp_step.stderr" 9>&- &
  wp_pid=$!
  [ -z "$wp_setsid" ] || wp_group=-$wp_pid
  # A stop that came just before the process id was known.
  [ -z "$wp_stopped" ] || terminate
  # A signal ends `wait` before the step ends: then it is asked again, and has the step's own exit code even when the
  # step ended meanwhile.
  while :; do
    wp_interrupted=''
    wait "$wp_pid"
    wp_status=$?
    [ "$wp_status" -eq 127 ] && [ -n "$wp_code" ] || wp_code=$wp_status
    [ -n "$wp_interrupted" ] || break
  done
  wp_pid=
  # When the shell around a tool has ended of the signal, the tool is still at it.
  for wp_target in $wp_targets; do
    while kill -0 "$wp_target" 2>/dev/null; do sleep "$wp_pause"; done
  done
  oom_kills
  if [ -n "$wp_kills" ]; then
    wp_oom=yes
    [ "$wp_before" != "$wp_kills" ] || wp_oom=no
    put "step-$wp_step.oom" "$wp_oom"
  fi
  put "step-$wp_step.exit" "$wp_code"
}

succeeded() { # CODE LIST
  [ "$1" -ne 0 ] || return 0
  for wp_allowed in $2; do
    [ "$1" -ne "$wp_allowed" ] || return 0
  done
  return 1
}

trap terminate TERM INT

wp_waited=0
while [ ! -e relay-ready ] && [ -z "$wp_stopped" ]; do
  if [ "$wp_waited" -ge 300 ]; then
    refuse 69 'The container launcher-grpc was not ready after 300 seconds; nothing was run.'
  fi
  sleep "$wp_pause"
  wp_waited=$((wp_waited + 1))
  [ ! -e stop ] || wp_stopped=1
done
[ -z "$wp_stopped" ] || exit 143

wp_directory='' wp_binaries=''
# Held open for as long as this shell lives and by nothing else: its end tells the relay that the container is gone,
# even when nothing could be written any more (SIGKILL, out of memory). Opened for both, so that it waits for nobody.
exec 9<>worker-alive
for wp_file in layout.sh environment.sh; do
  [ -r "$wp_file" ] ||
    refuse 64 "$wp_exchange/$wp_file cannot be read. A worker container with a user of its own needs the group 1983 (spec.pod.securityContext.fsGroup)."
  # shellcheck source=/dev/null # layout.sh sets wp_directory and wp_binaries
  . "./$wp_file"
done
PATH=${WORKER_POOLS_CUSTOM_BINARIES_PATH:+$WORKER_POOLS_CUSTOM_BINARIES_PATH:}$wp_binaries:$PATH
export PATH
wp_setsid=$(command -v setsid || :)
hand_on_settings
put worker-started now
if [ -z "$wp_masked" ]; then
  mirror stdout 9>&- &
  mirror stderr >&2 9>&- &
else
  echo "SPACELIFT_MASK_ENVS is set: the output is shown masked in the run's log only."
fi
watch_stop 9>&- &

wp_code=0
while [ -e "step-$((wp_step + 1)).command" ]; do
  [ ! -e stop ] || wp_stopped=1
  if [ -n "$wp_stopped" ]; then
    wp_code=143
    break
  fi
  wp_step=$((wp_step + 1))
  run_step
  first_line "step-$wp_step.success"
  succeeded "$wp_code" "$wp_line" || break
  wp_code=0
done
put worker-done "$wp_code"
# The mirrors show the last lines and the watcher sees the end: a second or two.
wait
exit "$wp_code"
