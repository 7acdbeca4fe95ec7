# imgshare completion for bash.
_imgshare() {
    local answer
    COMPREPLY=()
    while IFS= read -r answer; do
        COMPREPLY+=("$answer")
    done < <(_IMGSHARE_COMPLETE=complete_bash command imgshare "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -o default -F _imgshare imgshare
