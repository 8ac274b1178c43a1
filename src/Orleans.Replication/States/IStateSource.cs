using Orleans.Runtime;

namespace Orleans.Replication.States;

/// <summary>Makes the objects through which states of a group are read and changed.</summary>
internal interface IStateSource
{
    /// <summary>A state for one holder. It can be loaded (<see cref="ILoadedState"/>).</summary>
    /// <param name="caller">The services of the holder.</param>
    /// <param name="state">Which.</param>
    /// <param name="grain">The grain that holds it; null when that is none.</param>
    /// <param name="consistency">How fresh a read has to be that does not say it.</param>
    /// <param name="maxStaleness">For such a read with <see cref="ReadConsistency.Stale"/>: how old it may be; null for no limit.</param>
    IReplicatedState<TState> Create<TState>(IServiceProvider caller, StateReference<TState> state, GrainId? grain, ReadConsistency consistency, TimeSpan? maxStaleness);
}
