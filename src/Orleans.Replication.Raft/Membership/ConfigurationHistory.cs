namespace Orleans.Replication.Raft.Membership;

/// <summary>
/// The configurations that a log holds. The last one counts, from the moment its entry is in the log, committed or not; with the entry, it goes (Raft thesis §4.1).
/// One thread changes it at a time; any may read.
/// </summary>
internal sealed class ConfigurationHistory
{
    private readonly LoggedConfiguration _bootstrap;
    private volatile LoggedConfiguration[] _known;

    /// <param name="bootstrap">The configuration that the group began with. Those of earlier entries are none of it.</param>
    /// <param name="applied">The last one that the state contains; null when it contains none.</param>
    public ConfigurationHistory(LoggedConfiguration bootstrap, LoggedConfiguration? applied)
    {
        _bootstrap = bootstrap;
        _known = [applied?.Index > bootstrap.Index ? applied : bootstrap];
    }

    /// <summary>The one that counts.</summary>
    public LoggedConfiguration Current => _known[^1];

    /// <summary>The last one at or below an entry.</summary>
    public LoggedConfiguration At(long index)
    {
        var known = _known;
        return Array.FindLast(known, logged => logged.Index <= index) ?? known[0];
    }

    /// <summary>An entry with a configuration was put behind all others.</summary>
    public void Append(long index, GroupConfiguration configuration)
    {
        if (index > Current.Index)
            _known = [.. _known, new LoggedConfiguration(index, configuration)];
    }

    /// <summary>The entries from an index on are gone.</summary>
    public void TruncateFrom(long index)
    {
        if (Current.Index >= index && index > 0)
            _known = Array.FindAll(_known, logged => logged.Index < index) is { Length: > 0 } left ? left : [_bootstrap];
    }

    /// <summary>A snapshot took the place of the log up to an index.</summary>
    /// <param name="index">The last entry that is in it.</param>
    /// <param name="installed">The last configuration in it; null when it contains none.</param>
    public void Install(long index, LoggedConfiguration? installed) =>
        _known = [installed ?? _bootstrap, .. _known.Where(logged => logged.Index > index)];

    /// <summary>Forgets what can no longer be taken back: all but the last one at or below an entry that is committed.</summary>
    public void Forget(long committed)
    {
        var oldest = At(committed);
        if (_known[0] != oldest && oldest.Index <= committed)
            _known = [.. _known.SkipWhile(logged => logged != oldest)];
    }
}
