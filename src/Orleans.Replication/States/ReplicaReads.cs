using Orleans.Replication.Raft;

namespace Orleans.Replication.States;

/// <summary>Reads a replica of this process as fresh as it is asked for.</summary>
internal static class ReplicaReads
{
    /// <summary>Waits as long as the consistency takes, and reads.</summary>
    /// <param name="group">The group.</param>
    /// <param name="consistency">How fresh.</param>
    /// <param name="maxStaleness">For <see cref="ReadConsistency.Stale"/>: how old it may be; null for no limit.</param>
    /// <param name="argument">Passed on.</param>
    /// <param name="read">Reads; called once or twice. The last result counts.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ReplicationUnavailableException">The replica is older than what was asked for.</exception>
    /// <exception cref="RaftException">What the group says.</exception>
    public static async ValueTask<TResult> ReadAsync<TArgument, TResult>(
        RaftGroup group, ReadConsistency consistency, TimeSpan? maxStaleness, TArgument argument, Func<TArgument, TResult> read, CancellationToken cancellationToken)
    {
        switch (consistency)
        {
            case ReadConsistency.Stale:
                if (maxStaleness is { } limit)
                    RequireNotOlderThan(group, limit);
                return read(argument);
            case ReadConsistency.Linearizable:
                await group.ReadBarrierAsync(cancellationToken).ConfigureAwait(false);
                return read(argument);
            case ReadConsistency.Lease:
                return await group.ReadByLeaseAsync(argument, read, cancellationToken).ConfigureAwait(false);
            default:
                throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "There is no such consistency.");
        }
    }

    /// <summary>Asked first: what is read afterwards is not older.</summary>
    /// <exception cref="ReplicationUnavailableException">The replica is older, or has not been up to date since its start.</exception>
    public static void RequireNotOlderThan(RaftGroup group, TimeSpan maxStaleness)
    {
        var staleness = group.GetStaleness();
        if (staleness <= maxStaleness)
            return;
        throw new ReplicationUnavailableException(
            $"This silo's replica of group '{group.Name}' {(staleness is { } age ? $"has last been up to date {age} ago" : "has not been up to date since its start")}; "
            + $"{maxStaleness} was asked for. Read with a higher limit, or linearizably.");
    }
}
