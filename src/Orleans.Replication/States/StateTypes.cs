using Orleans.Replication.Raft;

namespace Orleans.Replication.States;

/// <summary>
/// Keeps a wrong type of a state out of the log: a state that a replica cannot read as what an operation wants takes that replica out of service, and each replica would.
/// </summary>
internal static class StateTypes
{
    /// <summary>Refuses a state that is there, and is of another type.</summary>
    /// <param name="proposals">Where it is to be changed.</param>
    /// <param name="key">The state (<see cref="StateKey"/>).</param>
    /// <param name="states">Reads it as the type.</param>
    /// <param name="known">A version of which it is known that it has the type; 0 for none.</param>
    /// <returns>The version of which it is known now; 0 where there is none, or where it is not at hand.</returns>
    /// <exception cref="ReplicationConfigurationException">It is of another type; nothing was proposed.</exception>
    public static long Check<TState>(IProposals proposals, byte[] key, StateSerializer<TState> states, long known)
    {
        if (!proposals.TryFind(key, out var record, out var version))
            return 0;
        if (version == known)
            return known;
        try
        {
            _ = states.Deserialize(record);
            return version;
        }
        catch (UnreadableStateException error)
        {
            StateKey.TryDecode(key, out var grain, out var name);
            throw new ReplicationConfigurationException(
                $"State '{name}' of {grain} in group '{proposals.Group}' was named as a {typeof(TState)}, which it is not: {error.Message} Nothing was proposed. To give it another type, clear it first.",
                error.InnerException);
        }
    }
}
