using Orleans.Replication.Raft.Membership;

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

    /// <summary>
    /// True when a candidate is elected: it is a voter of its own log's configuration, and has the votes of a majority of that one's voters in this term. Who is no voter there, or is one no
    /// longer, counts for nothing, whatever it has granted.
    /// </summary>
    public bool Elects(string candidate, long term, GroupConfiguration configuration)
    {
        lock (_gate)
            return term == _term && configuration.IsVoter(candidate) && configuration.IsMajority(_granted.Contains);
    }
}
