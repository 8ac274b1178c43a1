using Orleans.Replication;
using Orleans.Replication.Streams.Provider;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>The streams of replicated states.</summary>
public static class StateStreamExtensions
{
    /// <summary>
    /// The id of the stream of a state's changes: the namespace is <c>grain type/state name</c>, for example <c>stock/stock</c>, which is what
    /// <see cref="ImplicitStreamSubscriptionAttribute"/> names; the key is the grain's. Characters of the grain type other than letters, digits, '-', '.', '_' and '~' are percent-encoded.
    /// </summary>
    public static StreamId GetStreamId<TState>(this StateReference<TState> state) => StateStreams.IdOf(state.Grain, state.StateName);

    /// <summary>
    /// The stream of a state's changes, from a provider that <see cref="RaftStreamsSiloBuilderExtensions.AddRaftStreams"/> has added. It is subscribed to, and nobody publishes on it. The
    /// <see cref="StreamSequenceToken.SequenceNumber"/> of an event is its version: a subscription with a token gets the changes from that version on, as far as they are kept.
    /// </summary>
    public static IAsyncStream<StateChange<TState>> GetStream<TState>(this IStreamProvider provider, StateReference<TState> state)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider.GetStream<StateChange<TState>>(state.GetStreamId());
    }
}
