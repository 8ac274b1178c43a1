using Orleans.Runtime;

namespace Orleans.Replication.States.History;

/// <summary>Turns kept changes into what those who watch see.</summary>
internal static class ChangeReader
{
    /// <summary>A change as those see it who watch the group.</summary>
    /// <exception cref="UnreadableStateException">It is of a format that this silo does not know.</exception>
    public static GroupChange ToGroupChange(string group, in RecordedChange change)
    {
        var (grain, stateName) = ReadKey(change);
        return new GroupChange
        {
            Group = group,
            Grain = grain,
            StateName = stateName,
            Kind = change.Kind,
            Version = change.Version,
            Timestamp = change.Timestamp,
            Origin = OriginFormat.Decode(change.Origin.Span),
            State = change.State.IsEmpty ? default : StateFormat.Body(change.State),
        };
    }

    /// <summary>Which state a change is of.</summary>
    /// <exception cref="UnreadableStateException">Its key is of a format that this silo does not know.</exception>
    public static (GrainId Grain, string StateName) ReadKey(in RecordedChange change) => StateKey.TryDecode(change.Key.Span, out var grain, out var stateName)
        ? (grain, stateName)
        : throw new UnreadableStateException("A state has a key of a format that this silo does not know. Update this silo.");

    /// <summary>A change as those see it who watch its state.</summary>
    /// <exception cref="UnreadableStateException">The state cannot be read as a <typeparamref name="TState"/>.</exception>
    public static StateChange<TState> ToStateChange<TState>(GroupChange change, StateSerializer<TState> states) => new(
        change.Kind,
        change.State.IsEmpty ? states.CreateInitial() : states.DeserializeBody(change.State),
        change.Version,
        change.Timestamp,
        change.Origin);
}
