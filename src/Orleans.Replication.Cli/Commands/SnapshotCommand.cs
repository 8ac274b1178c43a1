using System.CommandLine;
using Orleans.Replication.Administration.Wire;
using Orleans.Replication.Cli.Output;
using Orleans.Replication.Cli.Remote;

namespace Orleans.Replication.Cli.Commands;

/// <summary><c>snapshot</c>: shortens a silo's log.</summary>
internal sealed class SnapshotCommand() : RemoteCommand("snapshot", "Takes a snapshot of a silo's replica now; the log before it is dropped with the next write.")
{
    protected override async Task<int> AskAsync(AdminClient client, ParseResult arguments, Report report, CancellationToken cancellationToken)
    {
        var request = RequestFor(arguments);
        request.Snapshot = new SnapshotRequest();
        var done = (await client.AskAsync(request, cancellationToken).ConfigureAwait(false)).Done;
        report.Write(new { request.Group, done.Index }, people => people.Line($"Snapshot at log entry {done.Index}."));
        return ExitCodes.Done;
    }
}
