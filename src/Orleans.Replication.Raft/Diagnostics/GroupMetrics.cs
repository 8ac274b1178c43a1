using System.Diagnostics.Metrics;

namespace Orleans.Replication.Raft.Diagnostics;

/// <summary>What one replica measures, under its own tags. Costs a look at a flag where nobody listens.</summary>
internal sealed class GroupMetrics(string group, string member, string folder)
{
    private readonly KeyValuePair<string, object?> _group = new("group", group);
    private readonly KeyValuePair<string, object?> _member = new("member", member);
    private GroupReplica? _replica;

    public GroupReplica Replica => _replica ?? throw new InvalidOperationException("The replica is not open.");

    /// <summary>From now on the replica can be asked.</summary>
    public void Begin(GroupReplica replica)
    {
        _replica = replica;
        Instruments.Add(this);
    }

    /// <summary>The replica is about to close.</summary>
    public void End() => Instruments.Remove(this);

    public void LeaderChanged() => Instruments.LeaderChanges.Add(1, _group, _member);

    /// <summary>States that should be equal are not.</summary>
    public void Diverged(string verdict) => Instruments.Divergences.Add(1, _group, _member, new("verdict", verdict));

    /// <summary>A proposal has ended.</summary>
    /// <param name="outcome">A <see cref="ProposalOutcome"/>.</param>
    /// <param name="elapsed">How long it took.</param>
    public void Proposed(string outcome, TimeSpan elapsed)
    {
        if (Instruments.Proposals.Enabled)
            Instruments.Proposals.Add(1, _group, _member, new("outcome", outcome));
        if (Instruments.ProposalDuration.Enabled)
            Instruments.ProposalDuration.Record(elapsed.TotalSeconds, _group, _member, new("outcome", outcome));
    }

    public void BatchAppended(int commands, int bytes)
    {
        Instruments.BatchCommands.Record(commands, _group, _member);
        Instruments.BatchBytes.Record(bytes, _group, _member);
    }

    public void RoundEnded(long began) => Record(Instruments.RoundDuration, began);

    public void Flushed(long began) => Record(Instruments.FlushDuration, began);

    public void SnapshotTaken(long began, bool ok)
    {
        if (Instruments.SnapshotDuration.Enabled)
            Instruments.SnapshotDuration.Record(Instruments.Since(began), _group, _member, new("ok", ok));
    }

    /// <summary>A peer has answered to a part of a snapshot.</summary>
    public void SnapshotSent(string peer, int bytes) => SnapshotMoved("sent", peer, bytes);

    /// <summary>A part of a snapshot has come.</summary>
    public void SnapshotReceived(string peer, int bytes) => SnapshotMoved("received", peer, bytes);

    public Measurement<long> Plain(long value) => new(value, _group, _member);

    public Measurement<long> With(long value, string tag, string what) => new(value, _group, _member, new(tag, what));

    /// <summary>What the leader knows of its peers; nothing elsewhere.</summary>
    public IEnumerable<Measurement<long>> PeerLags()
    {
        var last = Replica.Engine.LastIndex;
        foreach (var peer in Replica.PeerIds)
        {
            if (Replica.Engine.MatchIndexOf(peer) is { } match)
                yield return With(Math.Max(0, last - match), "peer", peer);
        }
    }

    /// <summary>Walks the folder: only when somebody collects.</summary>
    public IEnumerable<Measurement<long>> DiskUse()
    {
        foreach (var part in (string[])["log", "state", "snapshots"])
        {
            var files = new DirectoryInfo(Path.Combine(folder, part));
            if (files.Exists)
                yield return With(files.EnumerateFiles("*", SearchOption.AllDirectories).Sum(SizeOf), "part", part);
        }
    }

    /// <summary>Reads what may be closing at this moment: then there is nothing to say.</summary>
    public IEnumerable<Measurement<long>> Read(Func<GroupMetrics, IEnumerable<Measurement<long>>> read)
    {
        try
        {
            return [.. read(this)];
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private void SnapshotMoved(string direction, string peer, int bytes)
    {
        if (Instruments.SnapshotTransferSize.Enabled)
            Instruments.SnapshotTransferSize.Add(bytes, _group, _member, new("peer", peer), new("direction", direction));
    }

    private void Record(Histogram<double> histogram, long began)
    {
        if (histogram.Enabled)
            histogram.Record(Instruments.Since(began), _group, _member);
    }

    private static long SizeOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            // It was deleted between the two.
            return 0;
        }
    }
}
