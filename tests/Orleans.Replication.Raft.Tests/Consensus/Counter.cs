using System.Text.Json.Serialization;

namespace Orleans.Replication.Raft.Tests.Consensus;

/// <summary>A state to agree on.</summary>
internal sealed record Counter(long Value);

/// <summary>Its operations.</summary>
[JsonDerivedType(typeof(Add), "add")]
[JsonDerivedType(typeof(Fail), "fail")]
[JsonDerivedType(typeof(TakeTime), "time")]
internal abstract record CounterOperation : IConsensusOperation<Counter>
{
    public abstract Counter ApplyTo(Counter state, in ApplyContext context);
}

internal sealed record Add(long Amount) : CounterOperation
{
    public override Counter ApplyTo(Counter state, in ApplyContext context) => new(checked(state.Value + Amount));
}

/// <summary>Throws, on every member.</summary>
internal sealed record Fail : CounterOperation
{
    public override Counter ApplyTo(Counter state, in ApplyContext context) => throw new InvalidOperationException("This must not happen.");
}

/// <summary>Takes what the context gives for the state.</summary>
internal sealed record TakeTime : CounterOperation
{
    public override Counter ApplyTo(Counter state, in ApplyContext context) =>
        new(unchecked((long)(context.Seed * 31) + context.Timestamp.UtcTicks + context.Revision));
}
