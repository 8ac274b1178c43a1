using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Replication.Streams.Provider;

/// <summary>Tells an agent that there is something new on a stream after a version. What it is, each subscriber's cursor reads.</summary>
internal sealed class StreamNews(StreamId streamId, long after) : IBatchContainer
{
    /// <inheritdoc/>
    public StreamId StreamId => streamId;

    /// <inheritdoc/>
    /// <remarks>
    /// Where a subscriber begins whom the agent did not know. Not the version of the change: when that stands for others before it, the cursor has to begin before those, to say so.
    /// </remarks>
    public StreamSequenceToken SequenceToken { get; } = new EventSequenceTokenV2(after + 1);

    /// <inheritdoc/>
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [];

    /// <inheritdoc/>
    public bool ImportRequestContext() => false;
}
