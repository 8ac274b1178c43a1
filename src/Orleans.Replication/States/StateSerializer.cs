using System.Buffers;
using System.Reflection;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;

namespace Orleans.Replication.States;

/// <summary>Turns states into records and back.</summary>
internal sealed class StateSerializer<TState>(Serializer<TState> serializer, IActivatorProvider activators)
{
    // Orleans' activators make an object without running a constructor when there is no public one; strings, arrays and interfaces have none at
    // all, and begin as null.
    private static readonly bool CanActivate =
        typeof(TState) is { IsAbstract: false, IsInterface: false, IsArray: false } && typeof(TState) != typeof(string);

    private readonly Func<TState> _create = CanActivate && !typeof(TState).IsValueType ? activators.GetActivator<TState>().Create : () => default!;

    /// <summary>The state that does not exist yet: a new one each time, so that nobody shares it.</summary>
    public TState CreateInitial() => _create();

    /// <summary>Appends the record of a state.</summary>
    public void Serialize(TState state, IBufferWriter<byte> destination)
    {
        StateFormat.Begin(destination);
        serializer.Serialize(state, destination);
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="UnreadableStateException">It cannot be read as a <typeparamref name="TState"/>.</exception>
    public TState Deserialize(in ReadOnlySequence<byte> record) => DeserializeBody(StateFormat.Body(record));

    /// <summary>Reads what a record has behind its format version.</summary>
    /// <exception cref="UnreadableStateException">It cannot be read as a <typeparamref name="TState"/>.</exception>
    public TState DeserializeBody(in ReadOnlySequence<byte> body)
    {
        try
        {
            return (body.IsSingleSegment ? serializer.Deserialize(body.First) : serializer.Deserialize(body))!;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new UnreadableStateException($"A replicated state cannot be read as {typeof(TState)}: {error.Message}", error);
        }
    }
}
