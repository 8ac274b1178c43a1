using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>Adds the using directive that a fix needs, where the file does not have the namespace yet.</summary>
internal static class Usings
{
    public static SyntaxNode Add(SyntaxNode root, SemanticModel model, int position, string space, string typeInIt)
    {
        var known = model.LookupNamespacesAndTypes(position, name: typeInIt).Any(type => type.ContainingNamespace?.ToDisplayString() == space);
        if (known || root is not CompilationUnitSyntax unit)
            return root;
        var directive = SyntaxFactory.UsingDirective(SyntaxFactory.ParseName(space)).NormalizeWhitespace().WithTrailingTrivia(SyntaxFactory.ElasticLineFeed);

        // Directives of System come first, in the order of their names.
        var place = unit.Usings.TakeWhile(other =>
            other.Name?.ToString() is { } name && name.StartsWith("System", StringComparison.Ordinal) && string.CompareOrdinal(name, space) < 0).Count();
        return unit.WithUsings(unit.Usings.Insert(place, directive));
    }
}
