namespace Orleans.Replication.Benchmarks.States;

/// <summary>A replicated grain whose state is as large as it was made.</summary>
public interface IPaddedGrain : IGrainWithStringKey
{
    /// <summary>Makes the state so large.</summary>
    Task Fill(int bytes);

    /// <summary>Runs the small operation.</summary>
    Task<long> Bump();
}

/// <inheritdoc/>
[Replicated]
public sealed class PaddedGrain([ReplicatedState("padded")] IReplicatedState<PaddedState> state) : Grain, IPaddedGrain
{
    /// <inheritdoc/>
    public Task Fill(int bytes)
    {
        var padding = new byte[bytes];
        new Random(1).NextBytes(padding);
        return state.WriteAsync(new PaddedState { Padding = padding }).AsTask();
    }

    /// <inheritdoc/>
    public Task<long> Bump() => state.ApplyAsync(new Bump()).AsTask();
}
