using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Providers.Streams.Common;
using Orleans.Replication.States;
using Orleans.Replication.States.History;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>One change on its way to a subscriber, which knows the type of the state; who sends it does not.</summary>
[GenerateSerializer, Immutable, SerializationCallbacks(typeof(OnDeserializedCallbacks))]
[Alias("Orleans.Replication.StateChangeBatch")]
internal sealed class StateChangeBatch(StreamId streamId, GroupChange change) : IBatchContainer, IOnDeserialized
{
    private static readonly MethodInfo ReadMethod = typeof(StateChangeBatch).GetMethod(nameof(Read), BindingFlags.Static | BindingFlags.NonPublic)!;
    private static readonly ConcurrentDictionary<Type, Delegate?> Readers = [];

    [Id(0)]
    private readonly StreamId _streamId = streamId;

    [Id(1)]
    private readonly GroupChange _change = change;

    [NonSerialized]
    private IServiceProvider? _services;

    public StateChangeBatch(StreamId streamId, GroupChange change, IServiceProvider services)
        : this(streamId, change) => _services = services;

    public GroupChange Change => _change;

    /// <inheritdoc/>
    public StreamId StreamId => _streamId;

    /// <inheritdoc/>
    public StreamSequenceToken SequenceToken => new EventSequenceTokenV2(_change.Version);

    /// <inheritdoc/>
    /// <exception cref="ReplicationConfigurationException">The stream was subscribed to as another type than that of its state's changes.</exception>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>()
    {
        if (Readers.GetOrAdd(typeof(T), FindReader) is not Func<GroupChange, IServiceProvider, T> read)
        {
            throw new ReplicationConfigurationException(
                $"The stream of state '{_change.StateName}' of {_change.Grain} was subscribed to as a stream of {typeof(T)}. Subscribe with GetStream(state), or as StateChange<TState>.");
        }

        try
        {
            return [Tuple.Create(read(_change, _services!), SequenceToken)];
        }
        catch (UnreadableStateException error)
        {
            throw new ReplicationConfigurationException(error.Message, error.InnerException);
        }
    }

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;

    void IOnDeserialized.OnDeserialized(DeserializationContext context) => _services = context.ServiceProvider;

    private static Delegate? FindReader(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(StateChange<>)
        ? ReadMethod.MakeGenericMethod(type.GetGenericArguments()).CreateDelegate(typeof(Func<,,>).MakeGenericType(typeof(GroupChange), typeof(IServiceProvider), type))
        : null;

    private static StateChange<TState> Read<TState>(GroupChange change, IServiceProvider services) =>
        ChangeReader.ToStateChange(change, ActivatorUtilities.GetServiceOrCreateInstance<StateSerializer<TState>>(services));
}
