# bash completion for prog, made by 'prog completion bash'
_prog_words() {
	case "$1" in
	"init "*) echo '--help' ;;
	"thing make") echo '--device-id --server --count --size --ownership --not-after --json --follow --help' ;;
	"thing list") echo '--help' ;;
	"thing "*) echo ' make list --help' ;;
	*) echo 'init thing --help --version' ;;
	esac
}
_prog_values() {
	case "$1" in
	"thing make --ownership") echo 'enterprise personal ' ;;
	esac
}
_prog() {
	local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
	local first='' second='' words
	((COMP_CWORD > 1)) && first="${COMP_WORDS[1]}"
	((COMP_CWORD > 2)) && second="${COMP_WORDS[2]}"
	words="$(_prog_values "$first $second $prev")$(_prog_values "$first $prev")"
	[[ -n $words ]] || words="$(_prog_words "$first $second")"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -o default -F _prog prog
