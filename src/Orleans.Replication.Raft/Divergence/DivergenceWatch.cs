using System.Globalization;
using Microsoft.Extensions.Logging;
using Orleans.Replication.Raft.Diagnostics;
using Orleans.Replication.Raft.Engine;
using Orleans.Replication.Raft.Membership;
using Orleans.Replication.Raft.State;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Divergence;

/// <summary>
/// Compares this replica's hashes with its peers', in the background (SAFETY 14). Each member judges itself, and takes nobody's word for it: one whose hash differs from that of a majority of
/// the voters goes out of service, and its peers make it whole; a leader like any other. Without a majority all raise the alarm and go on.
/// </summary>
internal sealed partial class DivergenceWatch(
    RaftGroupOptions options, string localId, IConsensusEngine engine, StateStore state, GroupPeers peers, ReplicaHealth health, GroupMetrics metrics, ILogger logger, TimeProvider time)
{
    /// <summary>So often a member is made whole again. A table that always differs here would fill the disk with what was moved aside.</summary>
    private const int MaxQuarantines = 3;

    private const string Reason = "Its state has diverged: ";

    /// <summary>What no majority has decided yet.</summary>
    private volatile StateDifference? _open;

    private string? _reported;

    /// <summary>That the states differ, and no majority of them is equal; stays until they are equal again or a majority decides, or the replica is opened anew.</summary>
    public string? Alarm => _open is { } open ? string.Create(CultureInfo.InvariantCulture, $"The states differ at log index {open.Index}: {open}. {Advice(open)}") : null;

    /// <summary>How often this member was moved aside for this reason already.</summary>
    public int QuarantinesBefore { get; init; }

    /// <summary>True for a reason of a quarantine that comes from here.</summary>
    public static bool IsReason(string reason) => reason.StartsWith(Reason, StringComparison.Ordinal);

    /// <summary>Runs until it is cancelled, or this replica is out of service.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.DivergenceCheckInterval == TimeSpan.Zero)
            return;
        while (health.Fault is null)
        {
            await Task.Delay(options.DivergenceCheckInterval, time, cancellationToken).ConfigureAwait(false);
            var answers = await Task.WhenAll(peers.Channels.Select(peer => AskAsync(peer.Key, peer.Value, cancellationToken))).ConfigureAwait(false);
            var told = answers.ToDictionary(answer => answer.Member, answer => answer.Digests);
            told[localId] = state.Digests.All();
            Judge(StateDifference.Find(told, engine.CommittedConfiguration.Configuration), told);
        }
    }

    private void Judge(StateDifference? difference, IReadOnlyDictionary<string, IReadOnlyList<StateDigest>> told)
    {
        if (difference is null)
        {
            // What can be compared now is equal; what differed without a majority may only be out of sight.
            if (_open?.IsSettledBy(told) != false)
                (_open, _reported) = (null, null);
            return;
        }

        _open = difference.Agreed is null ? difference : null;
        var isSelf = difference.Differing.Contains(localId);
        var verdict = isSelf ? "self" : difference.Agreed is null ? "undecided" : "peer";
        var report = $"{verdict} {string.Join(", ", difference.Differing)}";
        if (report != _reported)
        {
            _reported = report;
            metrics.Diverged(verdict);
            LogDiverged(options.Name, difference.Index, difference.Since, difference, Advice(difference));
        }

        if (isSelf)
            TakeOut(difference);
    }

    private void TakeOut(StateDifference difference)
    {
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"{Reason}up to log index {difference.Index} it has the hash {difference.Hashes[localId]:x32}, and a majority has {difference.Agreed:x32}.");
        if (QuarantinesBefore < MaxQuarantines)
            health.Fail(reason, FaultKind.Damage);
        else
            health.Fail($"{reason} It was made whole {QuarantinesBefore} times before: a table is not deterministic on this member.", FaultKind.Failure);
    }

    private static string Advice(StateDifference difference) => difference.Agreed is null
        ? "No majority of the voters has one hash, so nobody is taken out of service: decide whose state counts, and empty the group's folder of the others. A table is not deterministic."
        : $"A majority of the voters has one hash; {string.Join(", ", difference.Differing)} differs and goes out of service. A table is not deterministic.";

    /// <returns>What the peer has; nothing when it cannot be asked, or does not know the question.</returns>
    private async Task<(string Member, IReadOnlyList<StateDigest> Digests)> AskAsync(string id, GroupChannel peer, CancellationToken cancellationToken)
    {
        try
        {
            var response = await peer.CallAsync(new GroupRequest { Digests = new Digests() }, options.AppendTimeout, cancellationToken).ConfigureAwait(false);
            return (id, response.Answer == Answer.Ok ? DigestFormat.Read(response) : []);
        }
        catch (PeerUnavailableException)
        {
            return (id, []);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The states of the members of group '{Group}' differ at log index {Index} (hashed since {Since}): {Hashes}. {Advice}")]
    private partial void LogDiverged(string group, long index, long since, StateDifference hashes, string advice);
}
