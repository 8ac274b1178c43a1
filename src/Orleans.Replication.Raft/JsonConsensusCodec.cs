using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orleans.Replication.Raft;

/// <summary>
/// Encodes as JSON with System.Text.Json. Operations of several types have a common base with <c>[JsonDerivedType]</c> attributes.
/// </summary>
/// <typeparam name="T">What is encoded.</typeparam>
public sealed class JsonConsensusCodec<T> : IConsensusCodec<T>
{
    private readonly JsonTypeInfo<T> _type;

    /// <summary>Makes a codec.</summary>
    /// <param name="options">How JSON is written and read. Default <see cref="JsonSerializerOptions.Strict"/>: unknown, missing and repeated members are errors.</param>
    public JsonConsensusCodec(JsonSerializerOptions? options = null)
    {
        options ??= JsonSerializerOptions.Strict;
        _type = (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    /// <summary>Makes a codec that needs no reflection, for trimmed and ahead-of-time compiled programs.</summary>
    /// <param name="type">The type's contract, from a <see cref="System.Text.Json.Serialization.JsonSerializerContext"/>.</param>
    public JsonConsensusCodec(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        _type = type;
    }

    /// <inheritdoc/>
    public void Encode(T value, IBufferWriter<byte> destination)
    {
        using var writer = new Utf8JsonWriter(destination);
        JsonSerializer.Serialize(writer, value, _type);
    }

    /// <inheritdoc/>
    public T Decode(ReadOnlyMemory<byte> source) =>
        JsonSerializer.Deserialize(source.Span, _type) ?? throw new JsonException($"The JSON is null and not a {typeof(T)}.");
}
