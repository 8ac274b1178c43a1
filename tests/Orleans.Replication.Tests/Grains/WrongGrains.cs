namespace Orleans.Replication.Tests.Grains;

/// <summary>Classes that cannot be activated, each for a reason of its own.</summary>
public interface IWrongGrain : IGrainWithStringKey
{
    ValueTask Call();
}

/// <summary>Asks for a state of a type that is none.</summary>
public sealed class WrongTypeGrain([ReplicatedState("s")] Basket basket) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult(basket));
}

/// <summary>Asks for two states of one name.</summary>
public sealed class SameNameGrain([ReplicatedState("s")] IReplicatedState<Basket> one, [ReplicatedState("s")] IReplicatedState<Bag> other) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult((one, other)));
}

/// <summary>Asks for a group that the silo does not have.</summary>
public sealed class UnknownGroupGrain([ReplicatedState("s", "elsewhere")] IReplicatedState<Basket> basket) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult(basket));
}

/// <summary>Gives its state no name.</summary>
public sealed class NamelessGrain([ReplicatedState("")] IReplicatedState<Basket> basket) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult(basket));
}

/// <summary>Limits the age of reads that are linearizable.</summary>
public sealed class LinearizableAndOldGrain([ReplicatedState("s", MaxStaleness = "00:00:01")] IReplicatedState<Basket> basket) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult(basket));
}

/// <summary>Limits the age of reads by something that is no time.</summary>
public sealed class EndlessGrain([ReplicatedState("s", Consistency = ReadConsistency.Stale, MaxStaleness = "soon")] IReplicatedState<Basket> basket) : Grain, IWrongGrain
{
    public ValueTask Call() => new(Task.FromResult(basket));
}
