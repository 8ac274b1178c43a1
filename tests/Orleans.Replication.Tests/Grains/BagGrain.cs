namespace Orleans.Replication.Tests.Grains;

/// <inheritdoc cref="IBagGrain"/>
[Replicated]
public sealed class BagGrain([ReplicatedState("bag")] IReplicatedState<Bag> bag) : Grain, IBagGrain
{
    public ValueTask<int> Put(string item) => bag.ApplyAsync(new Put(item));

    public ValueTask<int> PutAndThrow() => bag.ApplyAsync(new PutAndThrow());

    public async ValueTask AnswerTheUnserializable() => await bag.ApplyAsync(new AnswerTheUnserializable());

    public ValueTask SpoilWhatWasRead()
    {
        bag.Value.Items.Add("spoilt");
        return default;
    }
}
