namespace Orleans.Replication.Tests.States.Chains;

/// <summary>Adds an entry to the dictionary that is there.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Enter")]
public sealed record Enter([property: Id(0)] int Key) : IReplicatedOperation<Ledger, int>
{
    public OperationResult<Ledger, int> Apply(Ledger state, in OperationContext context)
    {
        state.Entries[Key] = $"{context.Index}";
        return (state with { }, state.Entries.Count);
    }
}

/// <summary>Removes an entry from the dictionary that is there.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Strike")]
public sealed record Strike([property: Id(0)] int Key) : IReplicatedOperation<Ledger, bool>
{
    public OperationResult<Ledger, bool> Apply(Ledger state, in OperationContext context) => (state with { }, state.Entries.Remove(Key));
}

/// <summary>Gives it a title that the code has: the same object each time.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Entitle")]
public sealed record Entitle([property: Id(0)] bool Below) : IReplicatedOperation<Ledger, int>
{
    private const string Text = "Income and expenses";

    public OperationResult<Ledger, int> Apply(Ledger state, in OperationContext context) => (Below ? state with { Subtitle = Text } : state with { Title = Text }, 0);
}

/// <summary>Makes it as large as it says.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Resize")]
public sealed record Resize([property: Id(0)] int Bytes) : IReplicatedOperation<Ledger, int>
{
    public OperationResult<Ledger, int> Apply(Ledger state, in OperationContext context) => (state with { Padding = new byte[Bytes] }, 0);
}

/// <summary>Breaks the rules: changes what it was given, and then refuses, or says that nothing was changed.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Spoil")]
public sealed record Spoil([property: Id(0)] int Key, [property: Id(1)] bool Throws) : IReplicatedOperation<Ledger, int>
{
    public OperationResult<Ledger, int> Apply(Ledger state, in OperationContext context)
    {
        state.Entries[Key] = "spoilt";
        return Throws ? throw new InvalidOperationException("spoilt") : (state, 0);
    }
}

/// <summary>Counts.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Tally")]
public sealed record Tally : IReplicatedOperation<LateLedger, int>
{
    public OperationResult<LateLedger, int> Apply(LateLedger state, in OperationContext context) => (state with { Count = state.Count + 1 }, state.Count + 1);
}

/// <summary>Gives it a title of its own.</summary>
[GenerateSerializer, Immutable, Alias("Tests.Annotate")]
public sealed record Annotate([property: Id(0)] string Title) : IReplicatedOperation<Ledger, int>
{
    public OperationResult<Ledger, int> Apply(Ledger state, in OperationContext context) => (state with { Title = Title }, 0);
}
