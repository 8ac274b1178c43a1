using System.CommandLine;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>log</c>: a stopped silo's log.</summary>
internal sealed class LogCommand : Command
{
    public LogCommand() : base("log", "Looks at the log of a stopped silo.") => Subcommands.Add(new LogDumpCommand());
}
