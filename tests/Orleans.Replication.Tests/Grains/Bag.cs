namespace Orleans.Replication.Tests.Grains;

/// <summary>A state as it should not be: it can be changed in place.</summary>
[GenerateSerializer]
[Alias("Tests.Bag")]
public sealed class Bag
{
    [Id(0)]
    public List<string> Items { get; } = [];
}

/// <summary>Puts an item into a copy of the bag, and answers how many there are.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Put")]
public sealed record Put([property: Id(0)] string Item) : IReplicatedOperation<Bag, int>
{
    /// <inheritdoc/>
    public OperationResult<Bag, int> Apply(Bag state, in OperationContext context)
    {
        var next = new Bag();
        next.Items.AddRange([.. state.Items, Item]);
        return (next, next.Items.Count);
    }
}

/// <summary>Changes the bag it was given, and throws.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.PutAndThrow")]
public sealed record PutAndThrow : IReplicatedOperation<Bag, int>
{
    /// <inheritdoc/>
    public OperationResult<Bag, int> Apply(Bag state, in OperationContext context)
    {
        state.Items.Add("spoilt");
        throw new InvalidOperationException();
    }
}

/// <summary>Gives a result that cannot be serialized.</summary>
[GenerateSerializer, Immutable]
[Alias("Tests.Answer")]
public sealed record AnswerTheUnserializable : IReplicatedOperation<Bag, object>
{
    /// <inheritdoc/>
    public OperationResult<Bag, object> Apply(Bag state, in OperationContext context) => (new Bag(), Thread.CurrentThread);
}
