// Each script asks the program itself (`__complete`, see complete.ts) and only shows what it answers. They are for the program's own
// name; `kubectl calico-fix <TAB>` goes through kubectl's script and the helper of `completion install`.

const hint = `# For "kubectl calico-fix <TAB>" run "kubectl calico-fix completion install" once instead.`;

// Bash splits words at "=" and ":", as COMP_WORDBREAKS says: the line is split anew, and what stands before the split is cut off.
const bash = `# bash completion for kubectl-calico_fix: source <(kubectl-calico_fix completion bash)
${hint}
__kubectl_calico_fix_complete() {
    local line=\${COMP_LINE:0:COMP_POINT} cur=\${COMP_WORDS[COMP_CWORD]}
    local -a words
    read -r -a words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    [[ $cur == "=" || $cur == ":" ]] && cur=""
    local typed=\${words[\${#words[@]}-1]}
    [[ $typed == -*=* ]] && typed=\${typed#*=}
    local hidden=\${typed%"$cur"} directive="" candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        if [[ $candidate == :* ]]; then
            directive=\${candidate#:}
        else
            candidate=\${candidate%%$'\\t'*}
            candidate=\${candidate#"$hidden"}
            [[ -n $candidate ]] && COMPREPLY+=("$(printf '%q' "$candidate")")
        fi
    done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
    if type compopt &>/dev/null; then
        [[ $directive == 0 ]] && compopt -o default
        [[ $directive == 6 ]] && compopt -o nospace
    fi
}
complete -F __kubectl_calico_fix_complete kubectl-calico_fix
`;

const zsh = `#compdef kubectl-calico_fix
# zsh completion for kubectl-calico_fix: source <(kubectl-calico_fix completion zsh)
${hint}
_kubectl_calico_fix() {
    local line directive=0 last=\${words[CURRENT]}
    local -a candidates space
    while IFS= read -r line; do
        if [[ $line == :* ]]; then
            directive=\${line#:}
        else
            # A colon divides a candidate from its description.
            line=\${line//:/\\\\:}
            candidates+=("\${line/$'\\t'/:}")
        fi
    done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
    if [[ $directive == 0 ]]; then
        [[ $last == -*=* ]] && compset -P '*='
        _files
        return
    fi
    [[ $directive == 6 ]] && space=(-S '')
    [[ $last == -*=* ]] && compset -P '*='
    (( \${#candidates} )) && _describe 'completions' candidates "\${space[@]}"
}
compdef _kubectl_calico_fix kubectl-calico_fix
`;

const fish = `# fish completion for kubectl-calico_fix: kubectl-calico_fix completion fish | source
${hint}
function __kubectl_calico_fix_complete
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -l prefix (string match -r -- '^-.*?=' "$last")
    set -l lines ($words[1] __complete $words[2..-1] "$last" 2>/dev/null)
    if test "$lines[-1]" = ":0"
        __fish_complete_path (string replace -r -- '^-.*?=' '' "$last") | string replace -r '^' -- "$prefix"
        return
    end
    for line in $lines[1..-2]
        echo -- "$prefix$line"
    end
end
complete -c kubectl-calico_fix -f -a '(__kubectl_calico_fix_complete)'
`;

const powershell = `# PowerShell completion: kubectl-calico_fix completion powershell | Out-String | Invoke-Expression
${hint}
Register-ArgumentCompleter -Native -CommandName 'kubectl-calico_fix' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { "$_" })
    $arguments = @($words | Select-Object -Skip 1)
    if ($wordToComplete -eq '') { $arguments += '' }
    $prefix = if ($wordToComplete -match '^(-.*?=)') { $Matches[1] } else { '' }
    foreach ($line in @(& $words[0] __complete @arguments 2>$null)) {
        if ($line.StartsWith(':')) { continue }
        $value, $text = $line.Split("\`t", 2)
        if (-not $text) { $text = $value }
        [System.Management.Automation.CompletionResult]::new("$prefix$value", $value, 'ParameterValue', $text)
    }
}
`;

/** The script for each shell, by the shell's name. */
export const completionScripts: ReadonlyMap<string, string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
  ['powershell', powershell],
]);
