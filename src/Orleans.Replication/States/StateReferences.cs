namespace Orleans.Replication.States;

/// <summary>Checks references that came from outside.</summary>
internal static class StateReferences
{
    /// <summary>Refuses a reference that names no state of a group.</summary>
    /// <exception cref="ArgumentException">It has no grain or no name, or is of another group.</exception>
    public static void Check<TState>(in StateReference<TState> state, string group)
    {
        if (state.Grain.IsDefault || string.IsNullOrEmpty(state.StateName))
            throw new ArgumentException("A state reference has no grain or no state name. Take it from IReplicatedState.Reference, or give it both.", nameof(state));
        if (state.Group != group)
        {
            throw new ArgumentException(
                $"State {state} is in group '{state.Group}', and this is group '{group}'. A transaction is atomic within one group only: keep the states in the same group, "
                + "or use a transaction for each. Nothing was proposed.",
                nameof(state));
        }
    }
}
