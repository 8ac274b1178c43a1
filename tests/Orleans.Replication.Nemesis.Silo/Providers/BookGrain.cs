using Orleans.EventSourcing;

namespace Orleans.Replication.Nemesis.Silo.Providers;

/// <inheritdoc cref="IBookGrain"/>
public sealed class BookGrain : JournaledGrain<Book, Entry>, IBookGrain
{
    /// <inheritdoc/>
    public async Task<long> AppendAsync()
    {
        RaiseEvent(new Entry());
        await ConfirmEvents();
        return State.Entries;
    }
}

/// <summary>What the journal comes to.</summary>
[GenerateSerializer]
public sealed class Book
{
    /// <summary>How many entries it has.</summary>
    [Id(0)] public long Entries { get; private set; }

    /// <summary>Takes one more.</summary>
    public void Apply(Entry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Entries++;
    }
}

/// <summary>One entry.</summary>
[GenerateSerializer]
public sealed record Entry;
