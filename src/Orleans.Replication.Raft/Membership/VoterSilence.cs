namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// For how long a leader has heard nothing from each voter, as far as it has looked. Time in which it did not look counts for one look at most: a leader whose process was
/// stopped for an hour has heard nothing from anybody, and knows nothing about them.
/// </summary>
/// <param name="longestGap">What the time between two looks counts for at most.</param>
/// <param name="time">The clock.</param>
internal sealed class VoterSilence(TimeSpan longestGap, TimeProvider time)
{
    private Dictionary<string, TimeSpan> _silence = [];
    private long? _lookedAt;

    /// <summary>Looks at the voters, often. One that was not there at the last look begins with no silence.</summary>
    public void Look(IEnumerable<string> voters, Func<string, bool> hasAnswered)
    {
        var now = time.GetTimestamp();
        var passed = _lookedAt is { } before ? time.GetElapsedTime(before, now) : TimeSpan.Zero;
        if (passed > longestGap)
            passed = longestGap;
        _lookedAt = now;
        _silence = voters.ToDictionary(id => id, id => hasAnswered(id) || !_silence.TryGetValue(id, out var silence) ? TimeSpan.Zero : silence + passed);
    }

    /// <summary>The leadership is another one: what an earlier one has seen does not count.</summary>
    public void Clear() => (_silence, _lookedAt) = ([], null);

    public TimeSpan Of(string voter) => _silence.GetValueOrDefault(voter);
}
