using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft;

namespace Orleans.Replication.States.Versions;

/// <summary>
/// Raises the version of the operations of one group, while this silo leads it, once all members have it. Ends when the version that this silo's code has is in force: it can be raised no
/// further here.
/// </summary>
internal sealed partial class VersionRaiser(RaftGroup group, TimeProvider time, ILogger logger)
{
    /// <summary>How often the members are asked: only from the moment on at which the leader has the next version, and until all have it.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly StatesTable _states = group.Tables.OfType<StatesTable>().Single();
    private string? _told;

    /// <summary>Runs until it is cancelled, or has nothing left to do.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (_states.Version < _states.DeclaredVersion)
        {
            await Task.Delay(Interval, time, cancellationToken).ConfigureAwait(false);
            if (group.GetStatus().Role != RaftRole.Leader)
                continue;
            try
            {
                await TryRaiseAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // No leader any more, or a replica that is being opened anew. Whatever came of it, the next look sees it.
                LogNotRaised(error, group.Name);
            }
        }
    }

    private async Task TryRaiseAsync(CancellationToken cancellationToken)
    {
        if (await group.GetStateMachineVersionsAsync(cancellationToken).ConfigureAwait(false) is not { } asked)
            return;
        if (VersionRule.Propose(_states.Version, asked.Members.Values) is { } version)
        {
            var command = new VersionRaise(version, asked.ConfigurationIndex).ToCommand(OriginFormat.Encode(new(group.LocalId, null)));
            var result = await group.ProposeAsync(command, cancellationToken).ConfigureAwait(false);
            if (VersionRecord.Decode(result.Payload.Span) == version)
                LogRaised(group.Name, version);
        }

        Tell(asked);
    }

    private void Tell(MemberVersions asked)
    {
        var behind = asked.Members.Where(member => (member.Value ?? 0) < _states.DeclaredVersion).OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => $"{member.Key} ({(member.Value is { } version ? $"has version {version}" : "does not answer")})");
        var waiting = string.Join(", ", behind);
        if (waiting.Length > 0 && waiting != _told)
            LogWaiting(group.Name, _states.DeclaredVersion, waiting);
        _told = waiting;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Version {Version} of the operations is in force in group '{Group}': every member has it. A silo with an earlier one is refused from now on.")]
    private partial void LogRaised(string group, int version);

    [LoggerMessage(Level = LogLevel.Information, Message = "Version {Version} of the operations of group '{Group}' waits for {Members}.")]
    private partial void LogWaiting(string group, int version, string members);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The version of the operations of group '{Group}' was not raised.")]
    private partial void LogNotRaised(Exception exception, string group);
}
