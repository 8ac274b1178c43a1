namespace Orleans.Replication.Raft.Engine;

/// <summary>Who has voted for this member, in the last term in which it stood. The engine counts the members that it knows; this tells who they were.</summary>
internal sealed class ElectionTally
{
    private readonly Lock _gate = new();
    private readonly HashSet<string> _granted = [];
    private long _term;

    /// <summary>A member has given its vote.</summary>
    public void Grant(long term, string voter)
    {
        lock (_gate)
        {
            if (term > _term)
            {
                _term = term;
                _granted.Clear();
            }

            if (term == _term)
                _granted.Add(voter);
        }
    }

    public bool HasVoteOf(long term, string voter)
    {
        lock (_gate)
            return term == _term && _granted.Contains(voter);
    }
}
