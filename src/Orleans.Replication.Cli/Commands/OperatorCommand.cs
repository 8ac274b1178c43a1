using System.CommandLine;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;
using Orleans.Replication.Libp2p;
using Orleans.Replication.Raft;

namespace Orleans.Replication.Cli.Commands;

/// <summary>What the commands have in common: their output, and what becomes of their errors.</summary>
internal abstract class OperatorCommand : System.CommandLine.Command
{
    private readonly Option<bool> _json = new("--json") { Description = "Writes JSON instead of text." };

    protected OperatorCommand(string name, string description) : base(name, description)
    {
        Options.Add(_json);
        SetAction(RunAsync);
    }

    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult arguments, Report report, CancellationToken cancellationToken);

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var errors = arguments.InvocationConfiguration.Error;
        try
        {
            return await RunAsync(arguments, new Report(arguments.InvocationConfiguration.Output, arguments.GetValue(_json)), cancellationToken).ConfigureAwait(false);
        }
        catch (AdminException error)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
            return error.ExitCode;
        }
        catch (ArgumentException error)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
            return ExitCodes.WrongArguments;
        }
        catch (Exception error) when (error is RaftException or IdentityFileException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync(error.Message).ConfigureAwait(false);
            return ExitCodes.NotDone;
        }
    }
}
