#!/bin/sh
# What the worker container runs, as its PID 1, in any image that has a POSIX sh with cat, env, mv and sleep. Runs the
# steps that `init` laid into the exchange folder; the relay reads their output and exit codes from there. setsid and
# mkfifo are not needed; setsid is used where it exists, to reach what a step leaves behind.
# The stack's environment never comes into this shell: only the process that becomes a step loads it.
set -u
umask 022
unset IFS
wp_exchange=${1:-/opt/spacelift/exchange}
wp_pause=${2:-1} # seconds between two looks, of which each counts as one second
wp_last_words=${3:-/dev/termination-log}
wp_patience=300 # seconds that the relay may take
wp_show_patience=120 # seconds that it may take to show the plan, or the outputs

wp_stopped='' wp_has_changes='' wp_pid='' wp_group='' wp_targets='' wp_killer='' wp_interrupted='' wp_step=0

leave_last_words() { # SENTENCE: for the kubelet, which tells the controller
  [ ! -w "$wp_last_words" ] || printf '%s\n' "$1" >"$wp_last_words"
}

refuse() { # CODE SENTENCE: to the relay, if it is there, and to the kubelet
  trap - EXIT
  echo "spacelift-worker: $2" >&2
  leave_last_words "$2"
  [ ! -p worker-alive ] || printf '%s\n' "$2" >last-words
  exit "$1"
}

leave() { # CODE
  trap - EXIT
  exit "$1"
}

# This shell ends by itself when it cannot fork or open a file; the cause stands before it in the container's log.
trap 'refuse 64 "The shim of the worker container broke off at step $wp_step (exit code $?). The container'\''s log shows why."' EXIT

cd "$wp_exchange" || refuse 64 "The folder $wp_exchange is missing: is the volume mounted in the worker container?"
[ -p worker-alive ] || refuse 64 "$wp_exchange/worker-alive is no FIFO: did the container init succeed?"
# Held open for as long as this shell lives and by nothing else: its end tells the relay that the container is gone,
# even when nothing could be written any more (SIGKILL, out of memory). Opened for both, so that it waits for nobody. The
# byte stays there for a relay that has opened it, but looks only after the end.
exec 9<>worker-alive
printf . >&9
# Whoever ends without these words (WORKER_BEGAN of the protocol) ended before the relay could know of it.
leave_last_words 'The worker container has begun.'
for wp_tool in cat env mv sleep; do
  command -v "$wp_tool" >/dev/null ||
    refuse 64 "The runner image has no '$wp_tool' in its PATH ($PATH). It needs a POSIX sh with cat, env, mv and sleep."
done
wp_sh=$(command -v sh || :)
case $wp_sh in /*) ;; *) wp_sh=/bin/sh ;; esac
wp_setsid=$(command -v setsid || :)

put() { # FILE TEXT: whole or not at all, because the relay may read at any moment
  printf '%s\n' "$2" >"$1.tmp" && mv -f "$1.tmp" "$1" ||
    refuse 64 "The file $wp_exchange/$1 cannot be written: is the volume or the node's disk full?"
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
  kill -s TERM -- $wp_targets 2>/dev/null
  [ -n "$wp_killer" ] || { kill_later "step-$wp_step.exit" "$wp_grace" 'the step did not stop' & } 9>&-
  wp_killer=1
}

# The helpers below end with this shell, which is not always the end of all processes (shareProcessNamespace), and when
# they cannot pause, because none of them may keep a processor busy.
kill_later() { # FILE SECONDS WHAT: unless the file is there by then
  trap '' TERM INT
  wp_left=$2
  while [ "$wp_left" -gt 0 ] && [ ! -e "$1" ]; do
    sleep "$wp_pause" || return 1
    wp_left=$((wp_left - 1))
  done
  [ ! -e "$1" ] || return 0
  echo "spacelift-worker: $3 within $2 seconds and is killed." >&2
  # shellcheck disable=SC2086
  kill -s KILL -- $wp_group $wp_targets 2>/dev/null
}

watch_stop() {
  trap '' TERM INT
  while [ ! -e worker-done ] && kill -0 $$ 2>/dev/null; do
    if [ -e stop ]; then
      kill -s TERM $$ 2>/dev/null
      return 0
    fi
    sleep "$wp_pause" || return 1
  done
}

# Shows the output in the container's own log as well, one step after the other.
mirror() { # STREAM
  trap '' TERM INT
  wp_shown=1
  while kill -0 $$ 2>/dev/null; do
    if [ -f "step-$wp_shown.$1" ]; then
      exec 3<"step-$wp_shown.$1"
      while [ ! -e "step-$wp_shown.exit" ] && kill -0 $$ 2>/dev/null; do
        cat <&3
        sleep "$wp_pause" || return 1
      done
      cat <&3
      wp_shown=$((wp_shown + 1))
    elif [ -e worker-done ]; then
      return 0
    else
      sleep "$wp_pause" || return 1
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

await() { # FILE SENTENCE: until the relay has written it, or a stop
  wp_waited=0 wp_short=10
  while [ ! -e "$1" ] && [ -z "$wp_stopped" ]; do
    [ ! -e stop ] || wp_stopped=1
    # At first it is mostly a matter of moments; not every sleep knows tenths of a second.
    if [ "$wp_short" -gt 0 ] && sleep 0.1 2>/dev/null; then
      wp_short=$((wp_short - 1))
      continue
    fi
    wp_short=0
    [ "$wp_waited" -lt "$wp_patience" ] || refuse 69 "$2 after $wp_patience seconds; nothing was run."
    sleep "$wp_pause" || refuse 64 "The 'sleep' of the runner image does not work."
    wp_waited=$((wp_waited + 1))
  done
  [ -z "$wp_stopped" ] || leave 143
}

# The pool's settings, as the container was started with them.
hand_on_settings() {
  for wp_name in $wp_settings; do
    eval "wp_value=\${$wp_name-}"
    [ -z "$wp_value" ] || put "setting-$wp_name" "$wp_value"
  done
  wp_masked=
  umask 027
  set -f
  IFS=$wp_separators
  # The names that the container launcher-grpc has stand in relay-ready.
  for wp_name in ${SPACELIFT_MASK_ENVS-} $(cat relay-ready); do
    wp_masked=1
    case $wp_name in '' | [0-9]* | *[!A-Za-z0-9_]*) continue ;; esac
    eval "wp_value=\${$wp_name-}"
    [ -z "$wp_value" ] || put "mask-$wp_name" "$wp_value"
  done
  unset IFS
  set +f
  umask 022
}

# Becomes the step, in a process of its own. What no shell can export, and what means something to a shell (PATH, UID),
# is given by env. A shell in between could drop it again, so that a program with plain words needs none.
become_step() {
  cd "$wp_directory" || exit 126
  set -f
  # shellcheck disable=SC2086 # words
  set -- $wp_command
  case $wp_command in *[!A-Za-z0-9" "_./:=,@%+-]*) set -- ;; esac
  case $(PATH=$wp_path && command -v "${1-}") in
    /*) ;;
    *) set -- "$wp_sh" -c "$wp_command" ;;
  esac
  # shellcheck source=/dev/null # exports variables, and puts others before the words
  . "$wp_exchange/environment.sh"
  # shellcheck source=/dev/null # by the relay, where it gives the tool its state: exports variables
  [ ! -r "$wp_exchange/state-backend.sh" ] || . "$wp_exchange/state-backend.sh"
  # shellcheck disable=SC2086 # setsid or nothing
  exec $wp_setsid env -- "PATH=$wp_path" "$@"
}

run_step() {
  wp_command=$(cat "step-$wp_step.command") ||
    refuse 64 "$wp_exchange/step-$wp_step.command cannot be read: an earlier step must have removed it."
  put "step-$wp_step.started" now
  : >"step-$wp_step.stdout"
  : >"step-$wp_step.stderr"
  oom_kills
  wp_before=$wp_kills
  wp_killer='' wp_targets='' wp_code=''
  become_step </dev/null >>"step-$wp_step.stdout" 2>>"step-$wp_step.stderr" 9>&- &
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
    while kill -0 "$wp_target" 2>/dev/null; do sleep "$wp_pause" || break; done
  done
  [ "$wp_code" -ne 127 ] || not_found >>"step-$wp_step.stderr"
  oom_kills
  if [ -n "$wp_kills" ]; then
    wp_oom=yes
    [ "$wp_before" != "$wp_kills" ] || wp_oom=no
    put "step-$wp_step.oom" "$wp_oom"
  fi
  put "step-$wp_step.exit" "$wp_code"
}

# Shows something to the relay alone, which takes from it what may be told; whatever comes of that, the stage has succeeded. A
# relay that is away reads nothing: then it is killed like one that takes too long. Opened for both, it waits for nobody.
show() { # WHAT: plan or outputs
  [ -p "$1" ] && wp_command=$(cat "$1.command") || return 0
  become_step </dev/null 1<>"$1" 2>/dev/null 9>&- &
  wp_pid=$!
  [ -z "$wp_setsid" ] || wp_group=-$wp_pid
  wp_targets=$wp_pid wp_killer=1
  kill_later "$1.exit" "$wp_show_patience" "the command that shows the $1 did not end" 9>&- &
  wait "$wp_pid"
  wp_status=$?
  # shellcheck disable=SC2086
  [ -z "$wp_stopped" ] || kill -s KILL -- $wp_group "$wp_pid" 2>/dev/null
  wp_pid=
  put "$1.exit" "$wp_status"
}

not_found() {
  echo "spacelift-worker: exit code 127 says that a command was not found. PATH of the step is $wp_path"
  if [ -n "${wp_stack_path+set}" ]; then
    echo "spacelift-worker: the stack sets PATH. It counts as it stands: \$PATH in it is not filled in, and what the image has in its own PATH is not found."
  else
    echo "spacelift-worker: the runner image may lack it: spec.pod.defaultRunnerImage of the pool, or the stack's own runner image, names another."
  fi
}

succeeded() { # CODE LIST
  [ "$1" -ne 0 ] || return 0
  for wp_allowed in $2; do
    [ "$1" -ne "$wp_allowed" ] || return 0
  done
  return 1
}

trap terminate TERM INT

await relay-ready 'The container launcher-grpc was not ready'
for wp_file in layout.sh environment.sh; do
  [ -r "$wp_file" ] ||
    refuse 64 "$wp_exchange/$wp_file cannot be read. A worker container with a user of its own needs the group 1983 (spec.pod.securityContext.fsGroup)."
done
unset wp_stack_path
# shellcheck source=/dev/null # by init: sets wp_directory, wp_binaries, wp_grace, wp_settings, wp_separators, wp_steps, wp_stack_path
. ./layout.sh
case ${WORKER_POOLS_STOP_GRACE_SECONDS-} in '' | *[!0-9]*) ;; *) wp_grace=$WORKER_POOLS_STOP_GRACE_SECONDS ;; esac
wp_path=${WORKER_POOLS_CUSTOM_BINARIES_PATH:+$WORKER_POOLS_CUSTOM_BINARIES_PATH:}$wp_binaries:${wp_stack_path-$PATH}
hand_on_settings
put worker-started now
# Until then a step could change them.
await settings-taken 'The container launcher-grpc did not take the settings of the pool'
if [ -z "$wp_masked" ]; then
  mirror stdout 9>&- &
  mirror stderr >&2 9>&- &
else
  echo "SPACELIFT_MASK_ENVS is set: the output is shown masked in the run's log only."
fi
watch_stop 9>&- &

wp_code=0
while [ "$wp_step" -lt "$wp_steps" ]; do
  [ ! -e stop ] || wp_stopped=1
  if [ -n "$wp_stopped" ]; then
    wp_code=143
    break
  fi
  wp_step=$((wp_step + 1))
  run_step
  first_line "step-$wp_step.success"
  succeeded "$wp_code" "$wp_line" || break
  [ "$wp_step" -ne "$wp_plan_step" ] || [ "$wp_code" -ne "$wp_changes" ] || wp_has_changes=1
  wp_code=0
done
if [ "$wp_code" -eq 0 ]; then
  if [ -n "$wp_has_changes" ]; then show plan; else show outputs; fi
fi
put worker-done "$wp_code"
# The mirrors show the last lines and the watcher sees the end: a second or two.
wait
leave "$wp_code"
