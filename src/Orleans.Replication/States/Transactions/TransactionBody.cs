namespace Orleans.Replication.States.Transactions;

/// <summary>
/// The body of a <see cref="StateCommandKind.Transact"/> command: <c>count | conditions | count | steps</c>. A condition is <c>key | kind | version</c>, a step
/// <c>kind | key | body</c>, with the kind and the body that a command for it alone would have; see <see cref="BodyWriter"/> for numbers and lengths.
/// </summary>
/// <param name="Conditions">What has to hold before.</param>
/// <param name="Steps">What to do, in this order.</param>
internal sealed record TransactionBody(IReadOnlyList<TransactionBody.Condition> Conditions, IReadOnlyList<TransactionBody.Step> Steps)
{
    /// <summary>A condition of the kind "the state has this version".</summary>
    public const byte VersionIs = 1;

    /// <summary>A condition of the kind "the state exists".</summary>
    public const byte Exists = 2;

    /// <summary>What has to hold of a state before the transaction.</summary>
    /// <param name="Key">The state.</param>
    /// <param name="Version">The version it has to have, 0 for none; null when it only has to exist.</param>
    public readonly record struct Condition(ReadOnlyMemory<byte> Key, long? Version);

    /// <summary>What to do with a state.</summary>
    public readonly record struct Step(StateCommandKind Kind, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Body);

    /// <summary>Reads a body. Its parts are in the memory of <paramref name="body"/>.</summary>
    /// <exception cref="UnreadableStateException">It is malformed, or of newer software.</exception>
    public static TransactionBody Parse(ReadOnlyMemory<byte> body)
    {
        var reader = new BodyReader(body);
        var conditions = new Condition[reader.ReadCount()];
        for (var i = 0; i < conditions.Length; i++)
        {
            var key = reader.ReadBytes();
            conditions[i] = (reader.ReadByte(), reader.ReadInt64()) switch
            {
                (VersionIs, >= 0 and var version) => new(key, version),
                (Exists, _) => new(key, null),
                var (kind, _) => throw new UnreadableStateException($"A transaction has a condition of kind {kind}, which this silo does not know. Update this silo."),
            };
        }

        var steps = new Step[reader.ReadCount()];
        for (var i = 0; i < steps.Length; i++)
        {
            var kind = (StateCommandKind)reader.ReadByte();
            if (kind is not (StateCommandKind.Apply or StateCommandKind.Write or StateCommandKind.Clear))
                throw new UnreadableStateException($"A transaction has a step of kind {(byte)kind}, which this silo does not know. Update this silo.");
            steps[i] = new(kind, reader.ReadBytes(), reader.ReadBytes());
        }

        reader.End();
        return new(conditions, steps);
    }
}
