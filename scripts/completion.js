// Completion for bash, made from oclif's manifest: a file to source, so that pressing Tab starts no program.

function flagWords(flags) {
  return Object.entries(flags).flatMap(([name, { allowNo }]) => [
    `--${name}`,
    ...(allowNo ? [`--no-${name}`] : []),
  ]);
}

/** `--leave) values='joined any never' ;;` for each flag that takes one of some words. */
function valueCases(flags) {
  return Object.entries(flags).flatMap(([name, { options }]) =>
    options ? [`        --${name}) values='${options.join(' ')}' ;;`] : [],
  );
}

function commandCase([id, { flags }]) {
  const values = valueCases(flags);
  return [
    `    '${id.replaceAll(':', ' ')}')`,
    `      words='${[...flagWords(flags), '--help'].join(' ')}'`,
    ...(values.length > 0 ? ['      case $flag in', ...values, '      esac'] : []),
    '      ;;',
  ].join('\n');
}

export function bashCompletion({ commands }) {
  const shown = Object.entries(commands).filter(([, { hidden }]) => !hidden);
  const paths = shown.map(([id]) => id.split(':'));
  const first = [...new Set(paths.map(([word]) => word))];
  const topics = first.filter(word => paths.some(path => path.length > 1 && path[0] === word));
  const topicCases = topics.map(topic => {
    const below = paths.filter(path => path[0] === topic).map(path => path[1]);
    return `    ${topic}) words='${below.join(' ')}' depth=2 ;;`;
  });
  return `# Completion of fairlead for bash: source this file. It is made from the commands and starts no program.
_fairlead() {
  local current=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} words='' values='' depth=1
  COMPREPLY=()
  # --flag=value is three words to bash.
  if [[ $current == '=' ]]; then current=''; elif [[ $flag == '=' ]]; then flag=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  case \${COMP_WORDS[1]} in
${topicCases.join('\n')}
  esac
  if ((COMP_CWORD == 1)); then
    words='${[...first, '--help', '--version'].join(' ')}'
  elif ((COMP_CWORD > depth)); then
    words=''
    case \${COMP_WORDS[*]:1:depth} in
${shown.map(commandCase).join('\n')}
    esac
    if [[ -n $values ]]; then
      words=$values
    elif [[ $current != -* ]]; then
      return
    fi
  fi
  # Words without spaces or wildcards; macOS's bash 3.2 has no mapfile.
  COMPREPLY=($(compgen -W "$words" -- "$current" || true))
}
complete -o default -F _fairlead fairlead
`;
}
