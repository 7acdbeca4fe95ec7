# imgshare completion for fish.
function __imgshare_answers
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l word (commandline --cut-at-cursor --current-token)
    set -l answers (env _IMGSHARE_COMPLETE=complete_fish imgshare $words[2..] "$word" 2>/dev/null)
    if set -q answers[1]
        printf '%s\n' $answers
    else
        __fish_complete_path "$word"
    end
end

complete --command imgshare --no-files --arguments '(__imgshare_answers)'
