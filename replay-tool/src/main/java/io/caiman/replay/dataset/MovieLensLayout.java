package io.caiman.replay.dataset;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The layouts in which MovieLens was published over the years. */
@SuppressWarnings("ImmutableEnumChecker") // LineLayout copies its one list.
enum MovieLensLayout {
    /** The small and the latest sets, 20M, 25M, 32M: comma-separated with headers. */
    CSV("ratings.csv", LineLayout.CSV, "movies.csv", LineLayout.CSV),
    /** 1M and 10M: separated by double colons. */
    DOUBLE_COLON(
            "ratings.dat",
            LineLayout.plain("::", StandardCharsets.UTF_8, "userId", "movieId", "rating", "timestamp"),
            "movies.dat",
            LineLayout.plain("::", StandardCharsets.ISO_8859_1, "movieId", "title", "genres")),
    /** 100K: tabs, and a flag for each genre. */
    TABS(
            "u.data",
            LineLayout.plain("\t", StandardCharsets.UTF_8, "userId", "movieId", "rating", "timestamp"),
            "u.item",
            LineLayout.plain(
                    "|",
                    StandardCharsets.ISO_8859_1,
                    Stream.concat(
                                    Stream.of("movieId", "title", "released", "released on video", "address"),
                                    Genres.NAMES.stream())
                            .toArray(String[]::new)));

    private static final List<String> RATING_COLUMNS = List.of("userId", "movieId", "rating", "timestamp");

    /** Holds what the constants above need before the enum's own constants are there. */
    private static final class Genres {
        /** In the order of the flags of {@code u.item}. */
        static final List<String> NAMES = List.of(
                "unknown",
                "Action",
                "Adventure",
                "Animation",
                "Children's",
                "Comedy",
                "Crime",
                "Documentary",
                "Drama",
                "Fantasy",
                "Film-Noir",
                "Horror",
                "Musical",
                "Mystery",
                "Romance",
                "Sci-Fi",
                "Thriller",
                "War",
                "Western");
    }

    /** Takes in one movie. */
    interface MovieConsumer {
        void accept(long movie, String title, List<String> genres);
    }

    private final String ratingsFile;
    private final LineLayout ratings;
    private final String moviesFile;
    private final LineLayout movies;

    MovieLensLayout(String ratingsFile, LineLayout ratings, String moviesFile, LineLayout movies) {
        this.ratingsFile = ratingsFile;
        this.ratings = ratings;
        this.moviesFile = moviesFile;
        this.movies = movies;
    }

    /**
     * The layout of the files in a folder.
     *
     * @throws DatasetException if there are ratings in none of the layouts
     */
    static MovieLensLayout in(Path folder) {
        return Arrays.stream(values())
                .filter(layout -> Files.isRegularFile(folder.resolve(layout.ratingsFile)))
                .findFirst()
                .orElseThrow(() -> new DatasetException(
                        "%s: ratings.csv is missing (or ratings.dat, or u.data). Put the files of MovieLens in that folder, or name theirs with --data."
                                .formatted(folder)));
    }

    /** The layout of a rating's line: {@link #ratingColumns()}. */
    LineLayout ratings() {
        return ratings;
    }

    static List<String> ratingColumns() {
        return RATING_COLUMNS;
    }

    Path ratings(Path folder) {
        return folder.resolve(ratingsFile);
    }

    String moviesFile() {
        return moviesFile;
    }

    /** Reads the movies; one without a genre has one that says so. */
    void readMovies(Path folder, MovieConsumer movie) {
        List<String> columns = new ArrayList<>(List.of("movieId", "title"));
        columns.addAll(this == TABS ? Genres.NAMES : List.of("genres"));
        SideTable.read(
                folder.resolve(moviesFile),
                movies,
                columns,
                row -> movie.accept(row.whole(0), row.text(1), genres(row)));
    }

    private List<String> genres(DelimitedLine row) throws MalformedLineException {
        if (this != TABS) {
            return List.of(row.text(2).split("\\|", -1));
        }
        List<String> genres = new ArrayList<>();
        for (int genre = 0; genre < Genres.NAMES.size(); genre++) {
            if (row.flag(2 + genre)) {
                genres.add(Genres.NAMES.get(genre));
            }
        }
        return genres.isEmpty() ? List.of("") : genres;
    }
}
