# imgshare completion for PowerShell.
Register-ArgumentCompleter -Native -CommandName imgshare -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @(
        $commandAst.CommandElements | Select-Object -Skip 1 |
            Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text }
        "$wordToComplete"
    )
    try {
        $env:_IMGSHARE_COMPLETE = 'complete_powershell'
        $env:_IMGSHARE_COMPLETE_WORDS = $words -join "`n"
        imgshare 2>$null | ForEach-Object {
            $value, $description = $_ -split "`t", 2
            if (-not $description) { $description = $value }
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
        }
    } finally {
        $env:_IMGSHARE_COMPLETE = $null
        $env:_IMGSHARE_COMPLETE_WORDS = $null
    }
}
