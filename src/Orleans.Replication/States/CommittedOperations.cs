using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Codecs;

namespace Orleans.Replication.States;

/// <summary>Reads the operations in the log.</summary>
internal sealed class CommittedOperations(Serializer serializer, OperationRunners runners)
{
    /// <summary>Reads an operation.</summary>
    /// <param name="operation">As Orleans serializes an object.</param>
    /// <param name="index">The command it came in.</param>
    /// <exception cref="UnreadableStateException">This silo cannot read it.</exception>
    public CommittedOperation Read(ReadOnlyMemory<byte> operation, long index)
    {
        var read = Deserialize(operation, index);
        return new(read, runners.Find(read.GetType()), operation);
    }

    private object Deserialize(ReadOnlyMemory<byte> operation, long index)
    {
        try
        {
            return serializer.Deserialize<object>(operation) ?? throw new InvalidOperationException("It is null.");
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new UnreadableStateException(
                $"Command {index} has an operation that this silo cannot read, of type {TypeOf(operation)}: {error.Message} "
                + "Deploy the assembly with the operation to this silo and start it again.",
                error);
        }
    }

    /// <summary>The type as it is written down: the serializer itself does not say which one it did not find.</summary>
    private string TypeOf(ReadOnlyMemory<byte> operation)
    {
        using var session = serializer.SessionPool.GetSession();
        try
        {
            var reader = Reader.Create(operation, session);
            return reader.ReadFieldHeaderForAnalysis().Type;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return "unknown";
        }
    }
}
