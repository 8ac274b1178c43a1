using System.CommandLine;
using Bank.Demonstration;
using Bank.Silo;
using Spectre.Console;

// Into a file or a pipe a console is 80 columns wide, and would fold the audit.
if (!AnsiConsole.Profile.Out.IsTerminal)
    AnsiConsole.Profile.Width = 120;

// Without a command this is the demonstration. It starts three more processes of itself with the command "silo".
var command = new RootCommand("A replicated bank that survives the death of its leader.") { SiloSettings.ToCommand(SiloProgram.RunAsync) };
command.SetAction((_, cancellationToken) => new Play(AnsiConsole.Console).RunAsync(cancellationToken));
return await command.Parse(args).InvokeAsync();
