using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Replication.Buffers;
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
            State = change.State.IsEmpty ? default : StateFormat.Body(change.State).Whole(),
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
        change.State.IsEmpty ? states.CreateInitial() : states.DeserializeBody(new(change.State)),
        change.Version,
        change.Timestamp,
        change.Origin);

    /// <summary>A change as those see it who watch its state.</summary>
    /// <exception cref="UnreadableStateException">The state cannot be read as a <typeparamref name="TState"/>.</exception>
    public static StateChange<TState> ToStateChange<TState>(in RecordedChange change, StateSerializer<TState> states) => new(
        change.Kind,
        change.State.IsEmpty ? states.CreateInitial() : states.Deserialize(change.State),
        change.Version,
        change.Timestamp,
        OriginFormat.Decode(change.Origin.Span));

    /// <summary>The changes of one state as those see them who watch it.</summary>
    /// <exception cref="ReplicationConfigurationException">The state cannot be read as a <typeparamref name="TState"/>.</exception>
    public static IAsyncEnumerable<StateChange<TState>> ToStateChangesAsync<TState>(
        IAsyncEnumerable<IReadOnlyList<RecordedChange>> changes, StateSerializer<TState> states, CancellationToken cancellationToken) =>
        ConvertAsync(changes, change => ToStateChange(change, states), cancellationToken);

    /// <summary>The changes of all states as those see them who watch the group.</summary>
    /// <exception cref="ReplicationConfigurationException">One is of a format that this software does not know.</exception>
    public static IAsyncEnumerable<GroupChange> ToGroupChangesAsync(
        IAsyncEnumerable<IReadOnlyList<RecordedChange>> changes, string group, CancellationToken cancellationToken) =>
        ConvertAsync(changes, change => ToGroupChange(group, change), cancellationToken);

    /// <inheritdoc cref="IReplicationGroup.Read"/>
    public static StateChange<TState> Read<TState>(GroupChange change, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            return ToStateChange(change, services.GetRequiredService<StateSerializer<TState>>());
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }

    private static async IAsyncEnumerable<TChange> ConvertAsync<TChange>(
        IAsyncEnumerable<IReadOnlyList<RecordedChange>> changes, Func<RecordedChange, TChange> convert, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var several in changes.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var change in several)
            {
                var converted = Convert(change, convert);
                cancellationToken.ThrowIfCancellationRequested();
                yield return converted;
            }
        }
    }

    private static TChange Convert<TChange>(in RecordedChange change, Func<RecordedChange, TChange> convert)
    {
        try
        {
            return convert(change);
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }
}
