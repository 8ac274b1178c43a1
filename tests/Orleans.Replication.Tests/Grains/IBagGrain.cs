namespace Orleans.Replication.Tests.Grains;

/// <summary>A grain that does not keep the rules.</summary>
public interface IBagGrain : IGrainWithStringKey
{
    ValueTask<int> Put(string item);

    ValueTask<int> PutAndThrow();

    ValueTask AnswerTheUnserializable();

    /// <summary>Changes in place what it has read.</summary>
    ValueTask SpoilWhatWasRead();
}
