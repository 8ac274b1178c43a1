using Orleans.Concurrency;

namespace Orleans.Replication.Recipes;

/// <summary>One value with compare-and-set, for any algorithm that reads, thinks, and writes only if nobody was faster.</summary>
/// <typeparam name="TValue">The value: a type that Orleans can serialize, immutable.</typeparam>
[Alias("Orleans.Replication.Recipes.IRegisterGrain`1")]
public interface IRegisterGrain<TValue> : IGrainWithStringKey
{
    /// <summary>Reads the value and its version, on the caller's own silo; version 0 when it was never written.</summary>
    [ReadOnly]
    [Alias("Get")]
    ValueTask<RegisterValue<TValue>> Get(ReadConsistency consistency = ReadConsistency.Linearizable);

    /// <summary>Writes the value, whatever it was.</summary>
    /// <returns>Its new version: greater than all before.</returns>
    [Alias("Set")]
    ValueTask<long> Set(TValue value);

    /// <summary>Writes the value if it still has the version that the caller has read.</summary>
    /// <param name="expectedVersion">The version that was read; 0: it was never written.</param>
    /// <param name="value">The new value.</param>
    /// <returns>Whether it was written, and what is there now: after a failure, what to think about anew.</returns>
    [Alias("CompareAndSet")]
    ValueTask<CompareAndSetResult<TValue>> CompareAndSet(long expectedVersion, TValue value);
}

/// <summary>A value and its version.</summary>
/// <param name="Value">The value; the default when it was never written.</param>
/// <param name="Version">Grows with every write, and names one value for ever; 0 when it was never written.</param>
/// <typeparam name="TValue">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RegisterValue`1")]
public readonly record struct RegisterValue<TValue>([property: Id(0)] TValue? Value, [property: Id(1)] long Version);

/// <summary>How a compare-and-set ended.</summary>
/// <param name="Written">Whether the value was written.</param>
/// <param name="Current">The value and version that are there now.</param>
/// <typeparam name="TValue">The value.</typeparam>
[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.CompareAndSetResult`1")]
public readonly record struct CompareAndSetResult<TValue>([property: Id(0)] bool Written, [property: Id(1)] RegisterValue<TValue> Current);

/// <inheritdoc cref="IRegisterGrain{TValue}"/>
[Replicated]
internal sealed class RegisterGrain<TValue>([ReplicatedState("register")] IReplicatedState<RegisterState<TValue>> register) : Grain, IRegisterGrain<TValue>
{
    public ValueTask<RegisterValue<TValue>> Get(ReadConsistency consistency) => register.ReadAsync(state => state.Current, consistency);

    public async ValueTask<long> Set(TValue value) => (await register.ApplyAsync(new SetRegister<TValue>(null, value))).Current.Version;

    public ValueTask<CompareAndSetResult<TValue>> CompareAndSet(long expectedVersion, TValue value) =>
        register.ApplyAsync(new SetRegister<TValue>(expectedVersion, value));
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.RegisterState`1")]
internal sealed record RegisterState<TValue>
{
    [Id(0)] public RegisterValue<TValue> Current { get; init; }
}

[GenerateSerializer, Immutable, Alias("Orleans.Replication.Recipes.SetRegister`1")]
internal sealed record SetRegister<TValue>([property: Id(0)] long? ExpectedVersion, [property: Id(1)] TValue Value)
    : IReplicatedOperation<RegisterState<TValue>, CompareAndSetResult<TValue>>
{
    public OperationResult<RegisterState<TValue>, CompareAndSetResult<TValue>> Apply(RegisterState<TValue> state, in OperationContext context)
    {
        if (ExpectedVersion is { } expected && expected != state.Current.Version)
            return (state, new(false, state.Current));

        // The place in the log is a number that nobody else has, and that grows.
        var written = new RegisterValue<TValue>(Value, context.Index);
        return (new RegisterState<TValue> { Current = written }, new(true, written));
    }
}
