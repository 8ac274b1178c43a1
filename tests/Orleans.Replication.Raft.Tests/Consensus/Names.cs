namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>A state of a mutable type, with an operation that changes it in place.</summary>
internal sealed class Names
{
    public List<string> All { get; set; } = [];
}

/// <summary>Adds a name, and then throws if it was there before: too late for a careful state machine.</summary>
internal sealed record AddName(string Name) : IConsensusOperation<Names>
{
    public Names ApplyTo(Names state, in ApplyContext context)
    {
        var known = state.All.Contains(Name);
        state.All.Add(Name);
        return known ? throw new ArgumentException($"{Name} is there already.") : state;
    }
}
