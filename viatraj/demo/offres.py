"""What the établissements and units of an invented country offer, in numbers as in life (ANN-1, ANN-2).

SQL that spreads the kinds of `genres`: `pays` calls it. Joins draw by a hash of their keys, so that the
plan that PostgreSQL chooses changes nothing of what is drawn.
"""

from viatraj.demo import milieux
from viatraj.demo.genres import ACTIVITE, AUTRES, CATEGORIES, FILIERE, GENRES, NAMED, PUBLIC

PLACES = """
CREATE TEMP TABLE habitants ON COMMIT DROP AS
SELECT departement_id, sum(coalesce(population, 0)) AS many FROM annuaire_commune
WHERE disparu_en IS NULL AND departement_id IN (SELECT code FROM milieu) GROUP BY 1;
INSERT INTO annuaire_coordination (region_id, departement_id, nom, telephone, email, adresse, horaires,
  version, modules)
SELECT d.region_id, d.code, 'Coordination ' || d.nom, '', '', '', '', 1,
  ARRAY['sanitaire', 'grand_age', 'tnd', 'handicap', 'cpam', 'administration']
FROM habitants h JOIN annuaire_departement d ON d.code = h.departement_id
WHERE NOT EXISTS (SELECT FROM annuaire_coordination c WHERE c.departement_id = d.code)
ORDER BY h.many DESC, d.code LIMIT %(coordinations)s;
CREATE TEMP TABLE coordination ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY h.many DESC, c.departement_id) AS n, c.id, c.region_id, c.departement_id
FROM annuaire_coordination c JOIN habitants h USING (departement_id)
WHERE NOT EXISTS (SELECT FROM annuaire_etablissement e WHERE e.coordination_id = c.id)
ORDER BY 1 LIMIT %(coordinations)s;

-- `part`: of its département, how many live in it or in one before it.
CREATE TEMP TABLE ville ON COMMIT DROP AS
SELECT c.code, c.nom, c.codes_postaux, c.departement_id,
  sum(coalesce(c.population, 0) + 1) OVER (PARTITION BY c.departement_id ORDER BY c.code)::float
    / sum(coalesce(c.population, 0) + 1) OVER (PARTITION BY c.departement_id) AS part,
  m.latitude + m.km * sqrt({far}) * sin(2 * pi() * {turned}) / 111.19 AS latitude,
  m.longitude + m.km * sqrt({far}) * cos(2 * pi() * {turned}) / 111.19 / cos(radians(m.latitude)) AS longitude
FROM annuaire_commune c JOIN milieu m ON m.code = c.departement_id
WHERE c.disparu_en IS NULL AND c.codes_postaux <> ARRAY[]::varchar[];
CREATE INDEX ON ville (departement_id, part);
ANALYZE coordination, ville;
"""

# `rempli`: how full its sheet is; `jours`: since when. One in ten stands in the middle of its commune.
OFF = "CASE WHEN x.loin < 0.1 THEN 0 ELSE 1.5 * x.loin END"
ETABLISSEMENTS = """
CREATE TEMP TABLE site ON COMMIT DROP AS
SELECT x.g, '991' || lpad(x.g::text, 6, '0') AS finess, c.id AS coordination_id, sorte.categorie,
  sorte.nom || {name} AS nom, v.code AS cog, v.nom AS commune,
  v.codes_postaux[1 + floor(array_length(v.codes_postaux, 1) * x.postal)::int] AS code_postal,
  round((v.latitude + {off} * cos(6.28 * x.tour) / 111.19)::numeric, 5)::float AS latitude,
  round((v.longitude + {off} * sin(6.28 * x.tour) / 111.19 / cos(radians(v.latitude)))::numeric, 5)::float
    AS longitude,
  CASE WHEN etat < 0.15 THEN 'active' WHEN etat < 0.17 THEN 'erreur' WHEN etat < 0.23 THEN 'a_rapprocher'
    WHEN etat < 0.26 THEN 'rapproche' WHEN etat < 0.3 THEN 'non_concerne' ELSE 'non_synchronise' END AS etat,
  etat < 0.17 AS du_ror, rempli, jours, verifie, postal, loin
FROM (
  SELECT g, 1 + floor(size.many * power(random(), 1.9))::int AS n, random() AS part, random() AS postal,
    random() AS tour, random() AS loin, random() AS etat, random() AS rempli, random() AS verifie,
    floor(700 * power(random(), 2))::int AS jours, floor(40960 * power(random(), 2))::int AS k
  FROM generate_series(1, %(etablissements)s) g, (SELECT count(*) AS many FROM coordination) size
) x
JOIN coordination c USING (n)
JOIN categorie sorte ON (x.g - 1)::float / %(etablissements)s >= sorte.debut
  AND (x.g - 1)::float / %(etablissements)s < sorte.fin
CROSS JOIN LATERAL (
  SELECT * FROM ville v WHERE v.departement_id = c.departement_id AND v.part > x.part ORDER BY v.part LIMIT 1
) v;

INSERT INTO annuaire_etablissement (coordination_id, finess, nom, adresse, code_postal, commune, cog_id,
  categorie, synchronisation, synchronise_le, latitude, longitude, fiche, origines, textes_source,
  verifiee_le, verifiee_par_id, version)
SELECT coordination_id, finess, s.nom,
  1 + floor(90 * loin)::int || (ARRAY[' rue de l’Invention', ' avenue du Moulin', ' place de la Fontaine',
    ' chemin des Vignes'])[1 + g %% 4],
  code_postal, commune, cog, categorie, etat, CASE WHEN du_ror THEN %(now)s - interval '6 hours' END,
  latitude, longitude, fiche, origines, '{{}}',
  CASE WHEN c.id IS NOT NULL THEN %(now)s - interval '1 day' * (20 + 500 * (verifie / 0.6)) END, c.id, 1
FROM site s
LEFT JOIN compte c ON verifie < 0.6 AND c.n = 1 + (g * 7919) %% %(accounts)s
CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
  'telephone', CASE WHEN rempli > 0.07 THEN '+3319900' || lpad((g %% 10000)::text, 4, '0') END,
  'email', CASE WHEN rempli > 0.3 THEN 'accueil@e' || finess || '.example' END,
  'site', CASE WHEN rempli > 0.4 THEN 'https://www.e' || finess || '.example/' END,
  'ouverture', (date '1950-01-01' + (g * 7) %% 25000)::text,
  'contacts', CASE WHEN rempli > 0.5 THEN jsonb_build_array(jsonb_build_object('fonction', 'Accueil',
    'telephone', '+3319900' || lpad((g %% 10000)::text, 4, '0'), 'confidentialite', '1')) END,
  'accessibilite', CASE WHEN rempli > 0.45 THEN jsonb_build_array('fauteuil') END,
  'descriptif', CASE WHEN rempli > 0.35 THEN {told} END,
  'itineraire', CASE WHEN rempli > 0.55 THEN 'Arrêt de bus devant l’entrée, stationnement à l’arrière.' END,
  'prado', CASE WHEN rempli > 0.6 THEN CASE WHEN g %% 5 = 0 THEN 'oui' ELSE 'non' END END
)) AS fiche) f
CROSS JOIN LATERAL (SELECT jsonb_object_agg(champ, jsonb_build_array(
  CASE WHEN champ IN ('descriptif', 'itineraire', 'prado') THEN 'local' WHEN du_ror THEN 'ror'
    ELSE 'finess' END,
  (%(today)s - jours)::text)) AS origines
  FROM (SELECT jsonb_object_keys(fiche) UNION ALL SELECT unnest(ARRAY['finess', 'nom', 'categorie', 'adresse',
    'code_postal', 'commune', 'cog', 'latitude', 'longitude'])) said (champ)) o
ORDER BY g;
CREATE TEMP TABLE etablissement ON COMMIT DROP AS
SELECT s.g AS n, e.id, e.coordination_id, c.region_id, c.departement_id, s.categorie, s.du_ror
FROM site s JOIN annuaire_etablissement e USING (finess) JOIN coordination c ON c.id = e.coordination_id;
CREATE UNIQUE INDEX ON etablissement (n);
ANALYZE etablissement;
"""

# One unit each; the others fall on large ones.
UNITES = """
CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT nextval('annuaire_unite_id_seq') AS id, y.* FROM (SELECT x.*, e.id AS etablissement_id,
  e.departement_id, e.du_ror, o.genre
FROM (
  SELECT g, random() AS part, 0.25 + 0.75 * random() AS rempli, random() AS dit, random() AS verifie,
    floor(700 * power(random(), 2))::int AS jours,
    CASE WHEN g <= %(etablissements)s THEN g
      ELSE 1 + floor(%(etablissements)s * power(random(), 2))::int END AS n
  FROM generate_series(1, %(unites)s) g
) x
JOIN etablissement e USING (n)
JOIN offre o ON o.categorie = e.categorie AND CASE WHEN x.g <= %(etablissements)s THEN o.premiere
  ELSE o.debut <= x.part AND x.part < o.fin END
ORDER BY x.g) y;

INSERT INTO annuaire_unite (id, etablissement_id, nom, cle_offre, nature, type_offre, domaine, mode, age_min,
  age_max, fiche, origines, textes_source, verifiee_le, verifiee_par_id, version, complete)
SELECT p.id, etablissement_id, k.nom || CASE WHEN g > %(etablissements)s THEN ' ' || g %% 90 + 2 ELSE '' END,
  CASE WHEN du_ror THEN 'OFFRE-' || g END, k.nature, k.type_offre, k.domaine,
  CASE WHEN dit < 0.93 THEN k.mode ELSE '' END, CASE WHEN dit < 0.96 THEN k.age_min END,
  CASE WHEN dit < 0.96 THEN k.age_max END, fiche, origines, '{{}}',
  CASE WHEN c.id IS NOT NULL THEN %(now)s - interval '1 day' * (20 + 500 * (verifie / 0.5)) END, c.id,
  1, false
FROM place p JOIN genre k ON k.code = p.genre
LEFT JOIN compte c ON verifie < 0.5 AND c.n = 1 + (p.n * 7919) %% %(accounts)s
CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(jsonb_build_object(
  'contacts', CASE WHEN dit < 0.85 THEN jsonb_build_array(
    jsonb_build_object('fonction', 'Secrétariat', 'telephone', '+3319900' || lpad((g %% 10000)::text, 4, '0'),
      'confidentialite', '1'),
    jsonb_build_object('fonction', 'Cadre de santé', 'email', 'cadre' || g || '@ch.example',
      'confidentialite', '2')) END,
  'horaires', CASE WHEN rempli > 0.4 THEN
    (SELECT jsonb_agg(jsonb_build_object('jour', d::text, 'de', '09:00', 'a', '17:30'))
     FROM generate_series(1, CASE WHEN k.mode IN ('28', '46', '31') THEN 7 ELSE 5 END) d) END,
  'capacites', CASE WHEN rempli > 0.35 THEN jsonb_build_array(jsonb_build_object(
    'nature', CASE WHEN k.mode IN ('28', '46') THEN 'lits' ELSE 'places' END, 'nombre', 6 + g %% 60)) END,
  'code_interne', CASE WHEN rempli > 0.6 THEN 'U' || g END,
  'descriptif', CASE WHEN rempli > 0.5 THEN {told} END
)) AS fiche) f
CROSS JOIN LATERAL (SELECT jsonb_object_agg(champ, jsonb_build_array(
  CASE WHEN du_ror AND champ NOT IN ('code_interne', 'descriptif') THEN 'ror' ELSE 'local' END,
  (%(today)s - jours)::text)) AS origines
  FROM (SELECT jsonb_object_keys(fiche) UNION ALL SELECT unnest(ARRAY['nom', 'nature', 'type_offre',
    'domaine', 'mode', 'age_min', 'age_max'])) said (champ)) o
ORDER BY g;
CREATE TEMP TABLE units_of ON COMMIT DROP AS
SELECT etablissement_id, array_agg(id ORDER BY id) AS ids FROM place GROUP BY 1;
ANALYZE place, units_of;

INSERT INTO annuaire_element (unite_id, champ, nomenclature, code, libelle, origine, depuis)
SELECT p.id, c.champ, c.nomenclature, c.code, '',
  CASE WHEN du_ror AND c.nomenclature NOT IN ('PRESTATIONS', 'RESSOURCES', 'FILIERES') THEN 'ror'
    ELSE 'local' END,
  %(today)s - jours
FROM place p JOIN chance c USING (genre)
WHERE 100 * {chosen} < c.part * p.rempli
ORDER BY p.g, c.n;

-- One in three has answered about what they take in; of the rest of the thésaurus, some say that they do not.
INSERT INTO annuaire_priseencharge (unite_id, pathologie, assuree, age_min, age_max, niveau, conditions)
SELECT id, pathologie, assuree, NULL, NULL,
  CASE WHEN NOT assuree THEN '' WHEN drawn < 0.15 THEN 'specialise' WHEN drawn < 0.25 THEN 'conditions'
    ELSE 'courant' END,
  CASE WHEN assuree AND drawn BETWEEN 0.15 AND 0.25 THEN 'Après accord de l’équipe' ELSE '' END
FROM (
  SELECT p.id, p.g, t.n, t.code AS pathologie, {answered} AS drawn,
    (k.groupes = ARRAY[]::text[] OR t.groupe = ANY(k.groupes)) AS assuree
  FROM place p JOIN genre k ON k.code = p.genre CROSS JOIN (
    SELECT row_number() OVER (ORDER BY rang, code) AS n, code, groupe FROM annuaire_concept
    WHERE nomenclature_id = 'PATHOLOGIES' AND fin IS NULL) t
  WHERE p.dit < 0.33 AND k.nature <> 'residence'
) x
WHERE drawn < CASE WHEN assuree THEN 0.8 ELSE 0.05 END
ORDER BY g, n;

-- An HAD goes to its whole département, but for an EPCI of some; or to some of the EPCI.
INSERT INTO annuaire_couverture (unite_id, departement_id, exclue)
SELECT id, departement_id, false FROM place WHERE genre = 'had' AND part < 0.5 ORDER BY g;
INSERT INTO annuaire_couverture (unite_id, epci_id, exclue)
SELECT p.id, z.epci_id, p.part < 0.5
FROM place p JOIN (
  SELECT DISTINCT departement_id, epci_id FROM annuaire_commune
  WHERE epci_id IS NOT NULL AND disparu_en IS NULL
) z USING (departement_id)
WHERE genre = 'had' AND {covered} < CASE WHEN p.part < 0.5 THEN 0.04 ELSE 0.3 END
ORDER BY p.g, z.epci_id;
"""
TOLD = (
    "'Structure inventée. L’équipe accueille chaque personne avec son projet, et prépare la sortie avec ses "
    "proches.'"
)


def hashed(key: str) -> str:
    """SQL of a number under 1, the same for the same whole number."""
    return f"((hashint8extended(({key})::bigint, 42) & 1048575) / 1048576.0)"


SCRIPTS = tuple(
    one.replace("{far}", hashed("hashtextextended(c.code, 1)"))
    .replace("{turned}", hashed("hashtextextended(c.code, 2)"))
    .replace("{told}", TOLD)
    .replace("{off}", OFF)
    .replace("{chosen}", hashed("p.g::bigint * 1000 + c.n"))
    .replace("{answered}", hashed("-p.g::bigint * 1000 - t.n"))
    .replace("{covered}", hashed("p.g::bigint * 1000000 + right(z.epci_id, 6)::int"))
    for one in (PLACES, ETABLISSEMENTS, UNITES)
)


def tables(cursor) -> None:
    """What the scripts draw from."""
    for name, columns, rows in (
        ("milieu", "code text, latitude float, longitude float, km float", milieux.rows()),
        ("categorie", "categorie text, nom text, debut float, fin float", _categories()),
        ("offre", "categorie text, genre text, premiere bool, debut float, fin float", _offres()),
        (
            "genre",
            "code text, nature text, domaine text, nom text, type_offre text, mode text, age_min int,"
            " age_max int, groupes text[]",
            [
                (
                    code,
                    one.nature.value,
                    one.nature.domaine.value,
                    *one[1:4],
                    *one.ages,
                    list(one.groupes),
                )
                for code, one in GENRES.items()
            ],
        ),
        (
            "chance",
            "n int, genre text, champ text, nomenclature text, code text, part float",
            [(n, *one) for n, one in enumerate(_chances())],
        ),
    ):
        cursor.execute(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DROP")
        with cursor.copy(f"COPY {name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def _categories():
    total, begun = sum(part for part, *_ in CATEGORIES.values()), 0
    for code, (part, nom, _) in CATEGORIES.items():
        yield code, nom, begun / total, (begun + part) / total
        begun += part


def _offres():
    for categorie, (*_, genres) in CATEGORIES.items():
        total, begun = sum(genres.values()), 0
        for rank, (genre, weight) in enumerate(genres.items()):
            yield categorie, genre, rank == 0, begun / total, (begun + weight) / total
            begun += weight


def _chances():
    """Each code once by kind and list."""
    for code, genre in GENRES.items():
        found = {}
        for rank, activite in enumerate(genre.activites.split()):
            found["activites", "TRE_R211", activite] = AUTRES if rank else ACTIVITE
        found["publics", "TRE_R239", genre.publics] = PUBLIC
        for natures, champ, nomenclature, codes, part in NAMED:
            if genre.nature in natures:
                found |= {(champ, nomenclature, one): part for one in codes.split()}
        for one in genre.filieres.split():
            found["filieres", "FILIERES", one] = FILIERE
        for key, part in found.items():
            yield code, *key, part
