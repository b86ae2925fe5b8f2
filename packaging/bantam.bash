# Completion for bash: commands and options as `bantam --help` lists them, and files. Names of
# models that are kept come from `bantam list`.
_bantam() {
  local word=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} sub=${COMP_WORDS[2]} help
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    help=$(bantam --help 2>/dev/null | awk '/^Commands:/ {on = 1; next} on && NF == 0 {exit} on {print $1}')
    mapfile -t COMPREPLY < <(compgen -W "$help --help --version" -- "$word")
    return
  fi
  if [[ $command == cache || $command == json || $command == grammar ]]; then
    if ((COMP_CWORD == 2)); then
      help=$(bantam "$command" --help 2>/dev/null |
        sed -nE 's/^  ([a-z]+)  .*/\1/p; s/^  (ACTION)? +([a-z]+): .*/\2/p')
      mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word")
      return
    fi
    help=$(bantam "$command" "$sub" --help 2>/dev/null)
  else
    help=$(bantam "$command" --help 2>/dev/null)
  fi
  if [[ $word == -* ]]; then
    help=$(grep -oE '^  +-[^ ]+(, -[^ ]+)*' <<<"$help" | grep -oE -- '--[a-z0-9-]+')
    mapfile -t COMPREPLY < <(compgen -W "$help --help" -- "$word")
    return
  fi
  case $command in
    run | serve | show | rm | cp | bench | tokenize | detokenize | template | score | embed | bake)
      help=$(bantam list 2>/dev/null | awk 'NR > 1 {print $1}')
      [[ $word == *:* ]] || mapfile -t COMPREPLY < <(compgen -W "$help" -- "$word") ;;
  esac
}
complete -o default -o bashdefault -F _bantam bantam
