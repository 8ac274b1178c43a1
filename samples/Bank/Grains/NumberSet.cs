using System.Collections.Immutable;

namespace Bank.Grains;

/// <summary>A set of numbers as ranges: small when the numbers have few gaps. It also counts what was added twice.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Bank.NumberSet")]
public sealed record NumberSet
{
    /// <summary>Nothing.</summary>
    public static readonly NumberSet Empty = new();

    /// <summary>The ranges, first and last number of each, in order, with gaps between them.</summary>
    [Id(0)]
    public ImmutableArray<(long First, long Last)> Ranges { get; init; } = [];

    /// <summary>How often a number was added that was there already.</summary>
    [Id(1)]
    public long Duplicates { get; init; }

    /// <summary>How many numbers there are.</summary>
    public long Count => Ranges.Sum(range => range.Last - range.First + 1);

    /// <summary>Whether a number is there.</summary>
    public bool Contains(long number) => Ranges.Any(range => range.First <= number && number <= range.Last);

    /// <summary>The set with one number more; or with one duplicate more.</summary>
    public NumberSet Add(long number)
    {
        if (Contains(number))
            return this with { Duplicates = Duplicates + 1 };

        // The place of the number among the ranges, and whether it closes the gap to its left or right neighbour.
        var right = Ranges.TakeWhile(range => range.First < number).Count();
        var touchesLeft = right > 0 && Ranges[right - 1].Last == number - 1;
        var touchesRight = right < Ranges.Length && Ranges[right].First == number + 1;
        return this with
        {
            Ranges = (touchesLeft, touchesRight) switch
            {
                (true, true) => Ranges.RemoveAt(right).SetItem(right - 1, (Ranges[right - 1].First, Ranges[right].Last)),
                (true, false) => Ranges.SetItem(right - 1, (Ranges[right - 1].First, number)),
                (false, true) => Ranges.SetItem(right, (number, Ranges[right].Last)),
                (false, false) => Ranges.Insert(right, (number, number)),
            },
        };
    }

    /// <summary>The ranges as text.</summary>
    public override string ToString() => $"{string.Join(' ', Ranges.Select(range => $"{range.First}-{range.Last}"))} +{Duplicates}";
}
